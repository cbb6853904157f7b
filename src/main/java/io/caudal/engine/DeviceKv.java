package io.caudal.engine;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.kv.KvBlock;
import io.caudal.kv.KvPool;
import io.caudal.kv.TokenChain;
import io.caudal.schedule.Sequence;
import io.caudal.schedule.SequenceMemory;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * KV on the device: which slot holds what, of running sequences and of idle sessions that may come
 * back. Idle KV makes way, least recently used first, whenever a running sequence needs its room.
 *
 * <p>KV depends on nothing but the tokens before it, so what an idle session left is good for any
 * sequence of that session as far as their tokens agree, whatever happened in between.
 *
 * <p>Owned by the thread that steps the engine; {@link #residentTokens} may be read by any.
 */
final class DeviceKv implements SequenceMemory {
  /** Room grows in steps of this many tokens. */
  private static final int GRANULE = 64;

  private static final Logger LOG = LoggerFactory.getLogger(DeviceKv.class);

  private record Resident(int slot, int[] tokens) {}

  private final ModelRunner runner;
  private final KvPool pool;
  private final int blockTokens;
  private final StepMeter meter;
  private final ArrayDeque<Integer> freeSlots = new ArrayDeque<>();
  private final int[] capacity;
  private final LinkedHashMap<String, Resident> residents = new LinkedHashMap<>();
  private final Map<String, Integer> residentTokens = new ConcurrentHashMap<>();
  private final Map<Sequence, List<KvBlock>> toRestore = new HashMap<>();

  /** Tokens of room that idle sessions take. */
  private int idleTokens;

  DeviceKv(ModelRunner runner, KvPool pool, int blockTokens, StepMeter meter) {
    this.meter = meter;
    this.runner = runner;
    this.pool = pool;
    this.blockTokens = blockTokens;
    this.capacity = new int[runner.slots()];
    for (int slot = 0; slot < capacity.length; slot++) {
      freeSlots.add(slot);
    }
  }

  /** Tokens of an idle session whose KV is on the device; 0 for none. Any thread. */
  int residentTokens(String sessionId) {
    return residentTokens.getOrDefault(sessionId, 0);
  }

  /** Idle sessions on the device. Any thread. */
  int residentSessions() {
    return residentTokens.size();
  }

  KvPool pool() {
    return pool;
  }

  /** Drops all idle KV; says whether there was any. */
  boolean evictIdle() {
    boolean any = false;
    while (evictOldest()) {
      any = true;
    }
    return any;
  }

  /**
   * KV to put in when the sequence gets its slot: blocks in the order of their tokens, with one gap
   * at most.
   */
  void offer(Sequence sequence, List<KvBlock> blocks) {
    if (!blocks.isEmpty()) {
      toRestore.put(sequence, blocks);
    }
    String session = sequence.sessionId();
    Resident resident = session == null ? null : residents.remove(session);
    if (session != null && resident != null) {
      residents.put(session, resident); // it will be wanted soon: evicted last
    }
  }

  @Override
  public boolean ensure(Sequence sequence, int tokens) {
    if (sequence.slot() >= 0) {
      return grow(sequence.slot(), tokens);
    }
    @Nullable Resident resident = takeResident(sequence);
    int slot = resident == null ? freeSlot() : resident.slot();
    if (slot < 0) {
      return false;
    }
    if (!grow(slot, tokens)) {
      leave(sequence.sessionId(), slot, resident == null ? new int[0] : resident.tokens());
      return false;
    }
    sequence.setSlot(slot);
    int there = resident == null ? 0 : commonPrefix(resident.tokens(), sequence);
    restore(sequence, there);
    return true;
  }

  @Override
  public void preempt(Sequence sequence) {
    List<KvBlock> aside = copy(sequence, sequence.computed());
    if (!aside.isEmpty()) {
      toRestore.put(sequence, aside);
    }
    free(sequence.slot());
    sequence.setSlot(-1);
    sequence.setComputed(0);
  }

  /**
   * A copy in host memory of the sequence's KV, of its first {@code tokens} or as many as have any;
   * empty if there are none, or no memory for it, so that it is computed again.
   */
  List<KvBlock> copy(Sequence sequence, int tokens) {
    int n = Math.min(tokens, sequence.computed());
    if (sequence.slot() < 0 || n == 0) {
      return List.of();
    }
    try {
      return List.of(new KvBlock(0, n, 0, runner.exportKv(sequence.slot(), 0, n)));
    } catch (CaudalException e) {
      if (e.code() != ErrorCode.OUT_OF_MEMORY) {
        throw e;
      }
      LOG.warn("no memory to keep {} tokens of KV aside: they are computed again", n);
      return List.of();
    }
  }

  /** The sequence has ended: its KV stays as its session's while there is room. */
  void finish(Sequence sequence) {
    toRestore.remove(sequence);
    if (sequence.slot() >= 0) {
      leave(sequence.sessionId(), sequence.slot(), sequence.tokens().copy(0, sequence.computed()));
      sequence.setSlot(-1);
    }
  }

  /** Drops a session's idle KV. */
  void forget(String sessionId) {
    Resident resident = residents.remove(sessionId);
    if (resident != null) {
      residentTokens.remove(sessionId);
      idleTokens -= capacity[resident.slot()];
      free(resident.slot());
    }
  }

  /**
   * Blocks of the sequence's KV from token {@code from}, rounded down to a block, to the last token
   * that has KV.
   */
  List<KvBlock> export(Sequence sequence, int from) {
    return export(sequence, from, sequence.computed());
  }

  /**
   * Blocks of the sequence's KV from token {@code from}, rounded down to a block, to {@code to}.
   */
  List<KvBlock> export(Sequence sequence, int from, int to) {
    long start = meter.now();
    int[] tokens = sequence.tokens().copy(0, to);
    List<KvBlock> blocks = new ArrayList<>();
    int index = Math.min(from, to) / blockTokens;
    long hash = TokenChain.ofBlocks(tokens, index, blockTokens);
    for (int first = index * blockTokens; first < to; first += blockTokens) {
      int n = Math.min(blockTokens, to - first);
      hash = TokenChain.extend(hash, tokens, first, first + n);
      blocks.add(new KvBlock(index++, n, hash, runner.exportKv(sequence.slot(), first, n)));
    }
    meter.exported(start, sequence.requestId(), Math.max(0, to - from));
    return blocks;
  }

  private @Nullable Resident takeResident(Sequence sequence) {
    String session = sequence.sessionId();
    if (session == null) {
      return null;
    }
    residentTokens.remove(session);
    Resident resident = residents.remove(session);
    if (resident != null) {
      idleTokens -= capacity[resident.slot()];
    }
    return resident;
  }

  private static int commonPrefix(int[] held, Sequence sequence) {
    int limit = Math.min(held.length, sequence.tokens().size());
    int n = 0;
    while (n < limit && held[n] == sequence.tokens().get(n)) {
      n++;
    }
    return n;
  }

  /** Imports the offered blocks that reach further than the {@code there} tokens that have KV. */
  private void restore(Sequence sequence, int there) {
    long start = meter.now();
    List<KvBlock> blocks = toRestore.remove(sequence);
    int restored = there;
    int islandFrom = 0;
    int islandTo = 0;
    for (KvBlock block : blocks == null ? List.<KvBlock>of() : blocks) {
      int first = block.index() * blockTokens;
      int end = first + block.tokens();
      if (end <= restored || end > sequence.tokens().size()) {
        continue;
      }
      ByteBuffer data = block.data().duplicate().order(block.data().order()); // others read it too
      runner.importKv(sequence.slot(), first, block.tokens(), data);
      if (first <= restored) {
        restored = end;
      } else {
        islandFrom = islandTo == 0 ? first : islandFrom;
        islandTo = end;
      }
    }
    if (blocks != null) {
      meter.restored(start, sequence.requestId(), Math.max(restored, islandTo) - there);
    }
    // The last token is computed even if its KV is there: its logits are wanted.
    sequence.setComputed(Math.min(restored, sequence.tokens().size() - 1));
    sequence.setIsland(islandFrom, islandTo);
  }

  /** Makes the slot hold {@code tokens}, at the cost of idle sessions if need be. */
  private boolean grow(int slot, int tokens) {
    if (tokens <= capacity[slot]) {
      return true;
    }
    int wanted = Math.min((tokens / GRANULE + 1) * GRANULE, pool.total());
    int more = wanted - capacity[slot];
    if (more > pool.free() + idleTokens) {
      return false;
    }
    while (!pool.tryReserve(more)) {
      evictOldest();
    }
    runner.reserve(slot, wanted);
    capacity[slot] = wanted;
    return true;
  }

  /** A free slot, at the cost of an idle session if need be; -1 if all are running. */
  private int freeSlot() {
    if (freeSlots.isEmpty() && !evictOldest()) {
      return -1;
    }
    return freeSlots.remove();
  }

  private boolean evictOldest() {
    Iterator<String> oldest = residents.keySet().iterator();
    if (!oldest.hasNext()) {
      return false;
    }
    forget(oldest.next());
    meter.evicted();
    return true;
  }

  /** Gives a slot to its session as idle KV, or frees it if there is nothing worth keeping. */
  private void leave(@Nullable String session, int slot, int[] tokens) {
    if (session == null || tokens.length == 0) {
      free(slot);
      return;
    }
    forget(session);
    residents.put(session, new Resident(slot, tokens));
    idleTokens += capacity[slot];
    residentTokens.put(session, tokens.length);
  }

  private void free(int slot) {
    runner.release(slot);
    pool.release(capacity[slot]);
    capacity[slot] = 0;
    freeSlots.add(slot);
  }
}
