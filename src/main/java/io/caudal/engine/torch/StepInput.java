package io.caudal.engine.torch;

import ai.djl.pytorch.jni.IValue;
import io.caudal.engine.Chunk;
import io.caudal.engine.Wanted;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A batch as the decoder's {@code step} takes it. Chunks that decode are ordered by their length
 * and where their KV lies, and those of one length in adjacent places become one segment; each
 * chunk that prefills is a segment.
 *
 * @param positions of each token in its sequence
 * @param writes rows of its arena that each token's keys and values go to
 * @param arenas of each segment, like {@code places} (the first), {@code counts} of sequences and
 *     {@code lengths} of a sequence's tokens
 * @param logits indices of the tokens whose logits are wanted, in the order of the batch's chunks,
 *     and {@code likeliest} of those whose likeliest next tokens are
 */
record StepInput(
    long[] tokens,
    long[] positions,
    long[] writes,
    long[] arenas,
    long[] places,
    long[] counts,
    long[] lengths,
    long[] logits,
    long[] likeliest) {

  static StepInput of(List<Chunk> chunks, KvArenas kv, int kvHeads) {
    List<Chunk> ordered = new ArrayList<>(chunks);
    ordered.sort(
        Comparator.comparing((Chunk chunk) -> !chunk.decodes())
            .thenComparingInt(chunk -> chunk.tokens().length)
            .thenComparingInt(chunk -> kv.arena(chunk.slot()))
            .thenComparingInt(chunk -> kv.place(chunk.slot())));
    int total = chunks.stream().mapToInt(chunk -> chunk.tokens().length).sum();
    long[] tokens = new long[total];
    long[] positions = new long[total];
    long[] writes = new long[total * 2 * kvHeads];
    Segments segments = new Segments(kv);
    int[] lastTokenOfSlot = new int[ordered.stream().mapToInt(Chunk::slot).max().orElse(0) + 1];
    int token = 0;
    for (Chunk chunk : ordered) {
      segments.add(chunk);
      for (int i = 0; i < chunk.tokens().length; i++, token++) {
        int position = chunk.firstPosition() + i;
        tokens[token] = chunk.tokens()[i];
        positions[token] = position;
        kv.rowsOf(chunk.slot(), position, writes, token * 2 * kvHeads);
      }
      lastTokenOfSlot[chunk.slot()] = token - 1;
    }
    return new StepInput(
        tokens,
        positions,
        writes,
        segments.column(0),
        segments.column(1),
        segments.column(2),
        segments.column(3),
        those(Wanted.LOGITS, chunks, lastTokenOfSlot),
        those(Wanted.LIKELIEST, chunks, lastTokenOfSlot));
  }

  private static long[] those(Wanted wanted, List<Chunk> chunks, int[] lastTokenOfSlot) {
    return chunks.stream()
        .filter(chunk -> chunk.wanted() == wanted)
        .flatMapToLong(chunk -> predicted(chunk, lastTokenOfSlot[chunk.slot()]))
        .toArray();
  }

  private static LongStream predicted(Chunk chunk, int lastToken) {
    return LongStream.rangeClosed(lastToken - chunk.predictions() + 1, lastToken);
  }

  IValue[] arguments() {
    return new IValue[] {
      IValue.listFrom(tokens),
      IValue.listFrom(positions),
      IValue.listFrom(writes),
      IValue.listFrom(arenas),
      IValue.listFrom(places),
      IValue.listFrom(counts),
      IValue.listFrom(lengths),
      IValue.listFrom(logits),
      IValue.listFrom(likeliest)
    };
  }

  /** Segments as they form: arena, first place, sequences, tokens of a sequence. */
  private static final class Segments {
    private final KvArenas kv;
    private final List<long[]> all = new ArrayList<>();

    Segments(KvArenas kv) {
      this.kv = kv;
    }

    void add(Chunk chunk) {
      int arena = kv.arena(chunk.slot());
      int place = kv.place(chunk.slot());
      int length = chunk.tokens().length;
      long[] last = all.isEmpty() ? null : all.get(all.size() - 1);
      if (last != null
          && chunk.decodes()
          && last[3] == length
          && last[0] == arena
          && last[1] + last[2] == place) {
        last[2]++;
      } else {
        all.add(new long[] {arena, place, 1, length});
      }
    }

    long[] column(int index) {
      return all.stream().mapToLong(segment -> segment[index]).toArray();
    }
  }
}
