package io.caudal.kv;

import io.caudal.config.Eviction;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HOST tier: KV blocks off the heap, within a limit of bytes, found by what they hold. A block
 * is named by the hash chain of its tokens and by its tenant, so sessions of a tenant that begin
 * alike share it, and no tenant can tell what another has asked. An eviction policy says which go
 * first, of each chain its end; those of pinned sessions go last, about in the order of their last
 * use. A block goes with the last session that uses it.
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

  /** Blocks that were here lately. */
  private static final int REMEMBERED = 65_536;

  private final LongSupplier millis;
  private final Map<Key, Entry> entries = new HashMap<>();
  private final BlockUsers<Key> users = new BlockUsers<>();
  private final BlockRanks<Key> ranks = new BlockRanks<>(REMEMBERED);
  private final Set<String> pinned = new HashSet<>();
  private long limit;
  private long bytes;

  /**
   * @param limit bytes; 0 keeps nothing
   */
  public HostKv(long limit) {
    this(limit, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
  }

  /**
   * @param millis a clock that never goes back
   */
  HostKv(long limit, LongSupplier millis) {
    this.limit = limit;
    this.millis = millis;
  }

  /** A live setting: which blocks make way first. */
  public synchronized void setPolicy(Eviction policy) {
    ranks.setPolicy(policy, millis.getAsLong());
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
   * The blocks that are here, from token 0 on without gaps. Who takes them says so: {@link #use}.
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
    return run;
  }

  /**
   * Keeps a copy of a whole block, unless the one before it isn't here.
   *
   * @param parentHash chain hash of the block before it
   * @param tokens of the block
   * @param session that uses it; null for everybody
   * @param outputTokens that its request generated, as far as is known
   * @return whether it is here; else what comes behind it would be of no use
   */
  public boolean put(
      String tenant,
      long parentHash,
      KvBlock block,
      int[] tokens,
      @Nullable String session,
      int outputTokens) {
    Key key = new Key(tenant, block.chainHash());
    Key parent = block.index() == 0 ? null : new Key(tenant, parentHash);
    if (isHere(key, session)) {
      return true;
    }
    if (!mayCome(parent, block.data().remaining())) {
      return false;
    }
    KvBlock copy = copy(block); // takes its time, so others are not kept waiting
    Entry entry = copy == null ? null : new Entry(parentHash, copy, tokens.clone());
    return entry != null && put(key, parent, entry, session, outputTokens);
  }

  private synchronized boolean isHere(Key key, @Nullable String session) {
    if (!entries.containsKey(key)) {
      return false;
    }
    users.use(key, session);
    return true;
  }

  private synchronized boolean mayCome(@Nullable Key parent, int size) {
    return size <= limit && (parent == null || entries.containsKey(parent));
  }

  private synchronized boolean put(
      Key key, @Nullable Key parent, Entry entry, @Nullable String session, int outputTokens) {
    KvBlock block = entry.block();
    int size = block.data().capacity();
    if (isHere(key, session)) {
      return true;
    }
    if (!mayCome(parent, size)) {
      return false;
    }
    entries.put(key, entry);
    users.begin(key, session);
    ranks.put(key, parent, block.tokens(), outputTokens, millis.getAsLong());
    bytes += size;
    makeRoom(key);
    return entries.containsKey(key);
  }

  /** For a new block, at the cost of others if there are such. */
  private void makeRoom(Key key) {
    ranks.hold(key);
    evictTo(limit, false);
    ranks.letGo(key);
    evict();
  }

  /** A session's turn uses the first {@code blocks} blocks of a chain. */
  public synchronized void use(String tenant, long[] chain, int blocks, @Nullable String session) {
    long now = millis.getAsLong();
    for (int i = 0; i < blocks; i++) {
      Key key = new Key(tenant, chain[i]);
      if (entries.containsKey(key)) {
        users.use(key, session);
        ranks.used(key, now);
      }
    }
  }

  /** Blocks that a session uses. */
  public synchronized int blocksOf(String session) {
    return users.count(session);
  }

  /** The session has ended: what only it uses is dropped. */
  public synchronized Freed forget(String session) {
    Freed freed = leave(session, false);
    pinned.remove(session);
    return freed;
  }

  /** Drops what only this session uses; one that is pinned stays so. */
  public synchronized Freed release(String session) {
    return leave(session, true);
  }

  private Freed leave(String session, boolean mayComeBack) {
    if (pinned.contains(session)) {
      ranks.letGo();
    }
    Freed freed = Freed.NONE;
    for (Key key : users.of(session)) {
      if (users.leave(key, session)) {
        freed = freed.plus(drop(key, mayComeBack));
      }
    }
    return freed;
  }

  /** Blocks of a pinned session go last. */
  public synchronized void setPinned(String session, boolean pin) {
    if (pin) {
      pinned.add(session);
    } else if (pinned.remove(session)) {
      ranks.letGo();
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
        freed = freed.plus(drop(key, true));
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
      freed = freed.plus(drop(key, true));
    }
    return freed;
  }

  private Freed drop(Key key, boolean mayComeBack) {
    Entry entry = entries.remove(key);
    if (entry == null) {
      return Freed.NONE;
    }
    users.end(key);
    ranks.drop(key, mayComeBack);
    int size = entry.block().data().capacity();
    bytes -= size;
    return new Freed(0, 1, size);
  }

  /** Null if the JVM's direct memory is used up: then this tier is smaller than it may be. */
  private @Nullable KvBlock copy(KvBlock block) {
    int size = block.data().remaining();
    try {
      ByteBuffer copy = ByteBuffer.allocateDirect(size).order(block.data().order());
      copy.put(block.data().duplicate()).flip();
      return new KvBlock(block.index(), block.tokens(), block.chainHash(), copy);
    } catch (OutOfMemoryError e) {
      tellNoMemory(size, e);
      return null;
    }
  }

  private synchronized void tellNoMemory(int size, OutOfMemoryError e) {
    LOG.warn(
        "no direct memory for a KV block of {} bytes beside {}; lower kv.host.bytes = {} or raise"
            + " taskmanager.memory.task.off-heap.size: {}",
        size,
        bytes,
        limit,
        e.getMessage());
  }

  private void evict() {
    evictTo(limit, false);
    while (bytes > limit && ranks.letGoFirst()) {
      evictTo(limit, true);
    }
  }

  private void evictTo(long most, boolean pinnedToo) {
    while (bytes > most) {
      Key victim = ranks.victim(millis.getAsLong());
      if (victim == null) {
        return;
      }
      if (!pinnedToo && users.isUsedBy(victim, pinned)) {
        ranks.hold(victim);
      } else {
        drop(victim, true);
      }
    }
  }
}
