package io.caudal.stream.inference;

import io.caudal.kv.KvBlock;
import io.caudal.kv.KvShape;
import io.caudal.kv.codec.CodecChoice;
import io.caudal.kv.codec.KvBlockFormat;
import io.caudal.metrics.Counter;
import io.caudal.metrics.SubtaskMetrics;
import io.caudal.stream.state.SessionStore;
import io.caudal.stream.state.StoredKv;
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
   * @param before KV that was in state before the turn, in blocks of the size in use
   * @param from the first token whose KV is in state after it
   * @return KV that is in state now
   */
  StoredKv write(List<KvBlock> blocks, StoredKv before, int from, CodecChoice choice)
      throws Exception {
    if (blocks.isEmpty()) {
      return before;
    }
    KvBlock last = blocks.get(blocks.size() - 1);
    int after = last.index() * blockTokens + last.tokens();
    int old = choice.oldBlocks(after, blockTokens);
    int firstNew = blocks.get(0).index();
    long bytes = before.bytes();
    int tail = 0;
    for (int i = choice.oldBlocks(before.tokens(), blockTokens); i < Math.min(old, firstNew); i++) {
      bytes += age(i, choice);
    }
    for (KvBlock block : blocks) {
      bytes -= bytesOf(block.index(), before);
      byte[] encoded = block.index() < old ? choice.encodeOld(block) : choice.encodeRecent(block);
      put(block, encoded);
      bytes += encoded.length;
      tail = block.tokens() < blockTokens ? encoded.length : 0;
    }
    boolean counted = before.bytes() > 0 || before.tokens() == 0;
    return new StoredKv(from, after, blockTokens, counted ? bytes : store.blockBytes(), tail);
  }

  /** Bytes of a block that is about to be written again. */
  private int bytesOf(int index, StoredKv before) throws Exception {
    if ((index + 1) * blockTokens > before.tokens()) {
      return index * blockTokens < before.tokens() ? before.tailBytes() : 0;
    }
    byte[] old = store.block(index);
    return old == null ? 0 : old.length;
  }

  /**
   * Encodes a stored block anew; one that was encoded with a loss or is damaged stays as it is.
   *
   * @return by how many bytes it grew
   */
  private int age(int index, CodecChoice choice) throws Exception {
    byte[] recent = choice.treatsAllAlike() ? null : store.block(index);
    KvBlock block = recent == null ? null : format.exact(recent, index, blockTokens);
    if (recent == null || block == null) {
      return 0;
    }
    byte[] encoded = choice.encodeOld(block);
    put(block, encoded);
    return encoded.length - recent.length;
  }

  private void put(KvBlock block, byte[] encoded) throws Exception {
    store.putBlock(block.index(), encoded);
    metrics.add(Counter.STORED_BYTES, encoded.length);
    metrics.add(Counter.STORED_RAW_BYTES, (long) block.tokens() * shape.bytesPerToken());
  }
}
