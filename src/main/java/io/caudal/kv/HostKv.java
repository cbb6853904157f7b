package io.caudal.kv;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HOST tier: KV blocks off the heap, within a limit of bytes, found by what they hold. A block
 * is named by the hash chain of its tokens and by its tenant, so sessions of a tenant that begin
 * alike share it, and no tenant can tell what another has asked. The least recently used go first,
 * those of pinned sessions last; a block goes with the last session that uses it.
 *
 * <p>Safe for use by any thread; a block that was found stays valid when it is dropped here.
 */
public final class HostKv {
  private static final Logger LOG = LoggerFactory.getLogger(HostKv.class);

  private record Key(String tenant, long chainHash) {}

  /**
   * @param parentHash of the block before it
   * @param tokens of the block, for hashes may collide
   */
  private record Entry(long parentHash, KvBlock block, int[] tokens) {}

  private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private final BlockUsers<Key> users = new BlockUsers<>();
  private final Set<String> pinned = new HashSet<>();
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

  /** Drops what is beyond this share of the limit, but nothing of pinned sessions. */
  public synchronized void collect(double share) {
    evictTo((long) (limit * share), false);
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
   * @param parentHash chain hash of the block before it
   * @param tokens of the block
   * @param session that uses it; null for everybody
   */
  public synchronized void put(
      String tenant, long parentHash, KvBlock block, int[] tokens, @Nullable String session) {
    int size = block.data().remaining();
    Key key = new Key(tenant, block.chainHash());
    if (entries.containsKey(key)) {
      users.use(key, session);
      return;
    }
    if (size > limit) {
      return;
    }
    ByteBuffer copy = allocate(size, block.data().order());
    if (copy == null) {
      return;
    }
    copy.put(block.data().duplicate()).flip();
    KvBlock own = new KvBlock(block.index(), block.tokens(), block.chainHash(), copy);
    entries.put(key, new Entry(parentHash, own, tokens.clone()));
    users.begin(key, session);
    bytes += size;
    evict();
  }

  /** A session uses the first {@code blocks} blocks of a chain. */
  public synchronized void use(String tenant, long[] chain, int blocks, @Nullable String session) {
    for (int i = 0; i < blocks; i++) {
      Key key = new Key(tenant, chain[i]);
      if (entries.containsKey(key)) {
        users.use(key, session);
      }
    }
  }

  /** Blocks that a session uses. */
  public synchronized int blocksOf(String session) {
    return users.count(session);
  }

  /** The session has ended: what only it uses is dropped. */
  public synchronized Freed forget(String session) {
    pinned.remove(session);
    return release(session);
  }

  /** Drops what only this session uses; one that is pinned stays so. */
  public synchronized Freed release(String session) {
    Freed freed = Freed.NONE;
    for (Key key : users.of(session)) {
      if (users.leave(key, session)) {
        freed = freed.plus(drop(key));
      }
    }
    return freed;
  }

  /** Blocks of a pinned session go last. */
  public synchronized void setPinned(String session, boolean pin) {
    if (pin) {
      pinned.add(session);
    } else {
      pinned.remove(session);
    }
  }

  public synchronized Freed clear() {
    return dropIf((key, entry) -> true);
  }

  public synchronized Freed clearTenant(String tenant) {
    return dropIf((key, entry) -> key.tenant().equals(tenant));
  }

  /**
   * Drops all that begins so; of the beginning itself, what nothing else goes on from.
   *
   * @param tenant null for every tenant
   */
  public synchronized Freed clear(@Nullable String tenant, Beginning beginning) {
    List<Map.Entry<Key, Entry>> byIndex = new ArrayList<>(entries.entrySet());
    byIndex.sort(Comparator.comparingInt(one -> one.getValue().block().index()));
    Set<Key> in = new HashSet<>();
    Set<Key> goneOnFrom = new HashSet<>();
    for (Map.Entry<Key, Entry> one : byIndex) {
      Entry entry = one.getValue();
      Key parent = new Key(one.getKey().tenant(), entry.parentHash());
      boolean first = entry.block().index() == 0;
      boolean wanted = tenant == null || tenant.equals(one.getKey().tenant());
      if (wanted
          && beginning.contains(entry.block(), entry.tokens(), first || in.contains(parent))) {
        in.add(one.getKey());
      } else if (!first) {
        goneOnFrom.add(parent);
      }
    }
    Freed freed = Freed.NONE;
    for (int i = byIndex.size() - 1; i >= 0; i--) {
      Key key = byIndex.get(i).getKey();
      Entry entry = byIndex.get(i).getValue();
      if (in.contains(key) && !(beginning.isWithin(entry.block()) && goneOnFrom.contains(key))) {
        freed = freed.plus(drop(key));
      } else if (in.contains(key)) {
        goneOnFrom.add(new Key(key.tenant(), entry.parentHash()));
      }
    }
    return freed;
  }

  private Freed dropIf(BiPredicate<Key, Entry> which) {
    Freed freed = Freed.NONE;
    List<Key> going = new ArrayList<>();
    entries.forEach(
        (key, entry) -> {
          if (which.test(key, entry)) {
            going.add(key);
          }
        });
    for (Key key : going) {
      freed = freed.plus(drop(key));
    }
    return freed;
  }

  private Freed drop(Key key) {
    Entry entry = entries.remove(key);
    if (entry == null) {
      return Freed.NONE;
    }
    users.end(key);
    int size = entry.block().data().capacity();
    bytes -= size;
    return new Freed(0, 1, size);
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
    evictTo(limit, false);
    evictTo(limit, true);
  }

  private void evictTo(long most, boolean pinnedToo) {
    Iterator<Map.Entry<Key, Entry>> oldest = entries.entrySet().iterator();
    while (bytes > most && oldest.hasNext()) {
      Map.Entry<Key, Entry> next = oldest.next();
      if (pinnedToo || !users.isUsedBy(next.getKey(), pinned)) {
        oldest.remove();
        users.end(next.getKey());
        bytes -= next.getValue().block().data().capacity();
      }
    }
  }
}
