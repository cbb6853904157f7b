package io.caudal.kv;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HOST tier: KV blocks off the heap, within a limit of bytes, found by what they hold. A block
 * is named by the hash chain of its tokens and by its tenant, so sessions of a tenant that begin
 * alike share it, and no tenant can tell what another has asked. The least recently used go first.
 *
 * <p>Safe for use by any thread; a block that was found stays valid when it is dropped here.
 */
public final class HostKv {
  private static final Logger LOG = LoggerFactory.getLogger(HostKv.class);

  private record Key(String tenant, long chainHash) {}

  /**
   * @param tokens of the block, for hashes may collide
   */
  private record Entry(KvBlock block, int[] tokens) {}

  private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private long limit;
  private long bytes;

  /**
   * @param limit bytes; 0 keeps nothing
   */
  public HostKv(long limit) {
    this.limit = limit;
  }

  /** A live setting: what is beyond the new limit is dropped. */
  public synchronized void setLimit(long limit) {
    this.limit = limit;
    evict();
  }

  public synchronized boolean isOff() {
    return limit == 0;
  }

  /** Bytes of all blocks. */
  public synchronized long bytes() {
    return bytes;
  }

  /**
   * The blocks that are here, from token 0 on without gaps.
   *
   * @param chain hashes of the sequence's first whole blocks
   */
  public synchronized List<KvBlock> find(
      String tenant, int[] tokens, long[] chain, int blockTokens) {
    List<KvBlock> run = new ArrayList<>();
    for (int i = 0; i < chain.length; i++) {
      Entry entry = entries.get(new Key(tenant, chain[i]));
      int first = i * blockTokens;
      if (entry == null
          || entry.block().index() != i
          || !Arrays.equals(entry.tokens(), 0, blockTokens, tokens, first, first + blockTokens)) {
        break;
      }
      run.add(entry.block());
    }
    for (int i = run.size() - 1; i >= 0; i--) {
      entries.get(new Key(tenant, chain[i])); // so that a chain goes from its tail
    }
    return run;
  }

  /**
   * Keeps a copy of a whole block.
   *
   * @param tokens of the block
   */
  public synchronized void put(String tenant, KvBlock block, int[] tokens) {
    int size = block.data().remaining();
    Key key = new Key(tenant, block.chainHash());
    if (size > limit || entries.containsKey(key)) {
      return;
    }
    ByteBuffer copy = allocate(size, block.data().order());
    if (copy == null) {
      return;
    }
    copy.put(block.data().duplicate()).flip();
    KvBlock own = new KvBlock(block.index(), block.tokens(), block.chainHash(), copy);
    entries.put(key, new Entry(own, tokens.clone()));
    bytes += size;
    evict();
  }

  /** Null if the JVM's direct memory is used up: then this tier is smaller than it may be. */
  private @Nullable ByteBuffer allocate(int size, ByteOrder order) {
    try {
      return ByteBuffer.allocateDirect(size).order(order);
    } catch (OutOfMemoryError e) {
      LOG.warn(
          "no direct memory for a KV block of {} bytes beside {}; lower kv.host.bytes = {} or raise"
              + " taskmanager.memory.task.off-heap.size: {}",
          size,
          bytes,
          limit,
          e.getMessage());
      return null;
    }
  }

  private void evict() {
    Iterator<Entry> oldest = entries.values().iterator();
    while (bytes > limit && oldest.hasNext()) {
      bytes -= oldest.next().block().data().capacity();
      oldest.remove();
    }
  }
}
