package io.caudal.cli.engine;

import io.caudal.engine.Chunk;
import io.caudal.engine.ModelRunner;
import io.caudal.engine.Prediction;
import io.caudal.engine.Wanted;
import io.caudal.kv.KvBlock;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What a codec does to answers. Every context is continued greedily twice, side by side: after its
 * own KV, and after KV that went through the codec. Both read the same tokens, those that the first
 * chooses, so positions can be compared one by one.
 */
final class CodecQuality {
  private final ModelRunner runner;
  private final List<int[]> contexts;
  private final List<List<KvBlock>> history = new ArrayList<>();
  private final int turnTokens;

  /**
   * @param runner with two slots for each context; the context's KV is in the slot of its number
   * @param turnTokens last tokens of each context, computed after the rest was restored
   * @param blockTokens tokens of a block
   */
  CodecQuality(ModelRunner runner, List<int[]> contexts, int turnTokens, int blockTokens) {
    this.runner = runner;
    this.contexts = contexts;
    this.turnTokens = turnTokens;
    for (int slot = 0; slot < contexts.size(); slot++) {
      int tokens = contexts.get(slot).length - turnTokens;
      List<KvBlock> blocks = new ArrayList<>();
      for (int first = 0; first < tokens; first += blockTokens) {
        int n = Math.min(blockTokens, tokens - first);
        ByteBuffer data = runner.exportKv(slot, first, n);
        blocks.add(new KvBlock(first / blockTokens, n, slot, data));
      }
      history.add(blocks);
    }
  }

  /** Each context's KV, but for its last turn. */
  List<List<KvBlock>> history() {
    return history;
  }

  /**
   * Compares {@code answerTokens} positions of each context.
   *
   * @param codec a context's blocks, there and back
   */
  Divergence measure(UnaryOperator<List<KvBlock>> codec, int answerTokens) {
    int count = contexts.size();
    for (int i = 0; i < count; i++) {
      restore(i, contexts.get(i).length + answerTokens, history.get(i));
      restore(count + i, contexts.get(i).length + answerTokens, codec.apply(history.get(i)));
    }
    Divergence divergence = new Divergence();
    int[][] next = new int[count][];
    int[] at = new int[count];
    for (int i = 0; i < count; i++) {
      at[i] = contexts.get(i).length - turnTokens;
      next[i] = new int[turnTokens];
      System.arraycopy(contexts.get(i), at[i], next[i], 0, turnTokens);
    }
    for (int step = 0; step < answerTokens; step++) {
      List<Chunk> chunks = new ArrayList<>();
      for (int slot = 0; slot < 2 * count; slot++) {
        chunks.add(new Chunk(slot, at[slot % count], next[slot % count], Wanted.LOGITS));
      }
      List<Prediction> predictions = runner.forward(chunks);
      for (int i = 0; i < count; i++) {
        float[] logits = predictions.get(i).logits();
        divergence.add(logits, predictions.get(count + i).logits());
        at[i] += next[i].length;
        next[i] = new int[] {Divergence.likeliest(logits)};
      }
    }
    return divergence;
  }

  private void restore(int slot, int capacity, List<KvBlock> blocks) {
    runner.release(slot);
    runner.reserve(slot, capacity);
    int first = 0;
    for (KvBlock block : blocks) {
      ByteBuffer data = block.data().duplicate().order(block.data().order());
      runner.importKv(slot, first, block.tokens(), data);
      first += block.tokens();
    }
  }
}
