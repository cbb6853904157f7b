package io.caudal.engine;

import io.caudal.kv.KvBlock;
import io.caudal.kv.TokenChain;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Blocks of KV into a runner's slots and out of them. Owned by the thread that runs the model. */
final class SlotBlocks {

  /**
   * What a slot holds.
   *
   * @param tokens from the first on
   * @param islandFrom the first token behind a gap, up to {@code islandTo}; 0 and 0 for none
   */
  record Held(int tokens, int islandFrom, int islandTo) {}

  private final ModelRunner runner;
  private final int blockTokens;

  /**
   * @param blockTokens of each block but a sequence's last one
   */
  SlotBlocks(ModelRunner runner, int blockTokens) {
    this.runner = runner;
    this.blockTokens = blockTokens;
  }

  /** The token that a block begins with. */
  int firstToken(KvBlock block) {
    return block.index() * blockTokens;
  }

  /**
   * Writes those blocks that reach further than the {@code there} tokens that have KV in the slot.
   *
   * @param limit tokens of the sequence; what lies behind is left out
   * @param blocks in the order of their tokens, with one gap at most
   */
  Held write(int slot, int there, int limit, List<KvBlock> blocks) {
    int held = there;
    int islandFrom = 0;
    int islandTo = 0;
    List<KvBlock> run = new ArrayList<>();
    for (KvBlock block : blocks) {
      int first = firstToken(block);
      int end = first + block.tokens();
      if (end <= held || end > limit) {
        continue;
      }
      if (!run.isEmpty() && !follows(run.get(run.size() - 1), block)) {
        writeRun(slot, run);
      }
      run.add(block);
      if (first <= held) {
        held = end;
      } else {
        islandFrom = islandTo == 0 ? first : islandFrom;
        islandTo = end;
      }
    }
    writeRun(slot, run);
    return new Held(held, islandFrom, islandTo);
  }

  private static boolean follows(KvBlock before, KvBlock block) {
    return block.index() == before.index() + 1 && block.tokens() == before.tokens();
  }

  /** Writes blocks of the same size that follow each other, and empties the list. */
  private void writeRun(int slot, List<KvBlock> run) {
    if (run.isEmpty()) {
      return;
    }
    KvBlock first = run.get(0);
    // Others read the same blocks.
    List<ByteBuffer> data =
        run.stream().map(block -> block.data().duplicate().order(block.data().order())).toList();
    runner.importKv(slot, firstToken(first), first.tokens(), data);
    run.clear();
  }

  /**
   * Reads the slot's KV from token {@code from}, rounded down to a block, on.
   *
   * @param tokens all whose KV is wanted, from the sequence's first
   */
  List<KvBlock> read(int slot, int[] tokens, int from) {
    List<KvBlock> blocks = new ArrayList<>();
    int index = Math.min(from, tokens.length) / blockTokens;
    long hash = TokenChain.ofBlocks(tokens, index, blockTokens);
    for (int first = index * blockTokens; first < tokens.length; first += blockTokens) {
      int n = Math.min(blockTokens, tokens.length - first);
      hash = TokenChain.extend(hash, tokens, first, first + n);
      blocks.add(new KvBlock(index++, n, hash, runner.exportKv(slot, first, n)));
    }
    return blocks;
  }
}
