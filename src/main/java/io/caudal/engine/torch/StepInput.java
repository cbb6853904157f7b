package io.caudal.engine.torch;

import ai.djl.pytorch.jni.IValue;
import io.caudal.engine.Chunk;
import java.util.List;

/**
 * A batch as the decoder's {@code step} takes it: the chunks' tokens one after the other.
 *
 * @param positions of each token in its sequence
 * @param slots of each chunk, like {@code pasts} and {@code lengths}
 * @param rows indices of the tokens whose logits are wanted
 */
record StepInput(
    long[] tokens, long[] positions, long[] slots, long[] pasts, long[] lengths, long[] rows) {

  static StepInput of(List<Chunk> chunks) {
    int total = chunks.stream().mapToInt(chunk -> chunk.tokens().length).sum();
    StepInput input =
        new StepInput(
            new long[total],
            new long[total],
            chunks.stream().mapToLong(Chunk::slot).toArray(),
            chunks.stream().mapToLong(Chunk::firstPosition).toArray(),
            chunks.stream().mapToLong(chunk -> chunk.tokens().length).toArray(),
            new long[(int) chunks.stream().filter(Chunk::wantsLogits).count()]);
    int row = 0;
    int wanted = 0;
    for (Chunk chunk : chunks) {
      for (int i = 0; i < chunk.tokens().length; i++) {
        input.tokens[row] = chunk.tokens()[i];
        input.positions[row] = (long) chunk.firstPosition() + i;
        row++;
      }
      if (chunk.wantsLogits()) {
        input.rows[wanted++] = row - 1L;
      }
    }
    return input;
  }

  IValue[] arguments() {
    return new IValue[] {
      IValue.listFrom(tokens),
      IValue.listFrom(positions),
      IValue.listFrom(slots),
      IValue.listFrom(pasts),
      IValue.listFrom(lengths),
      IValue.listFrom(rows)
    };
  }
}
