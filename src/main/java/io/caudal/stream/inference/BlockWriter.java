package io.caudal.stream.inference;

import io.caudal.kv.KvBlock;
import io.caudal.kv.KvShape;
import io.caudal.kv.codec.CodecChoice;
import io.caudal.kv.codec.KvBlockFormat;
import io.caudal.metrics.Counter;
import io.caudal.metrics.SubtaskMetrics;
import io.caudal.stream.state.SessionStore;
import java.util.List;

/**
 * Writes a session's KV blocks to state. A turn writes its own, and encodes anew those that its
 * tokens pushed out of the recent ones: about as many, whatever the session's length. Task thread
 * only, with a key set.
 */
final class BlockWriter {
  private final SessionStore store;
  private final SubtaskMetrics metrics;
  private final KvBlockFormat format;
  private final KvShape shape;
  private final int blockTokens;
  private long encodeNanos;

  BlockWriter(
      SessionStore store,
      SubtaskMetrics metrics,
      KvBlockFormat format,
      KvShape shape,
      int blockTokens) {
    this.store = store;
    this.metrics = metrics;
    this.format = format;
    this.shape = shape;
    this.blockTokens = blockTokens;
  }

  /**
   * Writes new blocks.
   *
   * @param before tokens whose KV was in state before the turn
   * @return tokens whose KV is in state now
   */
  int write(List<KvBlock> blocks, int before, CodecChoice choice) throws Exception {
    if (blocks.isEmpty()) {
      return before;
    }
    KvBlock last = blocks.get(blocks.size() - 1);
    int after = last.index() * blockTokens + last.tokens();
    int old = choice.oldBlocks(after, blockTokens);
    int firstNew = blocks.get(0).index();
    for (int i = choice.oldBlocks(before, blockTokens); i < Math.min(old, firstNew); i++) {
      age(i, choice);
    }
    for (KvBlock block : blocks) {
      long start = System.nanoTime();
      byte[] encoded = block.index() < old ? choice.encodeOld(block) : choice.encodeRecent(block);
      encodeNanos += System.nanoTime() - start;
      put(block, encoded);
    }
    return after;
  }

  /** Encodes a stored block anew; one that was encoded with a loss or is damaged stays as it is. */
  private void age(int index, CodecChoice choice) throws Exception {
    byte[] recent = choice.treatsAllAlike() ? null : store.block(index);
    if (recent == null) {
      return;
    }
    long start = System.nanoTime();
    KvBlock block = format.exact(recent, index, blockTokens);
    byte[] encoded = block == null ? null : choice.encodeOld(block);
    encodeNanos += System.nanoTime() - start;
    if (block != null && encoded != null) {
      put(block, encoded);
    }
  }

  private void put(KvBlock block, byte[] encoded) throws Exception {
    store.putBlock(block.index(), encoded);
    metrics.add(Counter.STORED_BYTES, encoded.length);
    metrics.add(Counter.STORED_RAW_BYTES, (long) block.tokens() * shape.bytesPerToken());
  }

  /** Time spent on encoding since the last call. */
  long takeEncodeNanos() {
    long taken = encodeNanos;
    encodeNanos = 0;
    return taken;
  }
}
