package io.caudal.engine;

import io.caudal.config.Eviction;
import io.caudal.engine.IdleSessions.Idle;
import io.caudal.engine.SlotBlocks.Held;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.kv.KvBlock;
import io.caudal.kv.KvPool;
import io.caudal.schedule.Sequence;
import io.caudal.schedule.SequenceMemory;
import io.caudal.schedule.TokenLog;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * KV on the device: which slot holds what, of running sequences and of idle sessions that may come
 * back. Idle KV makes way, as {@code kv.eviction-policy} says, whenever a running sequence needs
 * its room.
 *
 * <p>KV depends on nothing but the tokens before it, so what an idle session left is good for any
 * sequence of that session as far as their tokens agree, whatever happened in between.
 *
 * <p>Owned by the thread that steps the engine; {@link #residentTokens} may be read by any.
 */
final class DeviceKv implements SequenceMemory {
  /** Room grows in steps of this many tokens. */
  private static final int GRANULE = 64;

  /** Sessions whose comings the eviction policy remembers. */
  private static final int REMEMBERED_SESSIONS = 65_536;

  private static final Logger LOG = LoggerFactory.getLogger(DeviceKv.class);

  private final ModelRunner runner;
  private final KvPool pool;
  private final SlotBlocks slots;
  private final StepMeter meter;
  private final ArrayDeque<Integer> freeSlots = new ArrayDeque<>();
  private final int[] capacity;
  private final IdleSessions idle;
  private final Map<String, Integer> residentTokens = new ConcurrentHashMap<>();
  private final Map<Sequence, List<KvBlock>> toRestore = new HashMap<>();

  DeviceKv(ModelRunner runner, KvPool pool, int blockTokens, EngineClock clock, StepMeter meter) {
    this.meter = meter;
    this.runner = runner;
    this.pool = pool;
    this.slots = new SlotBlocks(runner, blockTokens);
    this.idle = new IdleSessions(clock, REMEMBERED_SESSIONS);
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

  /** From now on there is room for so many tokens; idle sessions make way for that. */
  void resize(int tokens) {
    pool.resize(tokens);
    while (pool.free() < 0 && evict()) {
      // the next one
    }
  }

  KvPool pool() {
    return pool;
  }

  /** Drops all idle KV; says whether there was any. */
  boolean evictIdle() {
    boolean any = false;
    while (evict()) {
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
    if (session != null) {
      idle.want(session);
    }
  }

  /** Tokens of a waiting sequence whose KV is at hand. */
  int known(Sequence sequence) {
    List<KvBlock> blocks = toRestore.getOrDefault(sequence, List.of());
    int restorable = blocks.stream().mapToInt(KvBlock::tokens).sum();
    String session = sequence.sessionId();
    return Math.max(restorable, session == null ? 0 : residentTokens(session));
  }

  @Override
  public boolean ensure(Sequence sequence, int tokens) {
    if (sequence.slot() >= 0) {
      return grow(sequence.slot(), tokens);
    }
    String session = sequence.sessionId();
    Idle left = session == null ? null : take(session);
    int slot = left == null ? freeSlot() : left.slot();
    if (slot < 0) {
      return false;
    }
    if (!grow(slot, tokens)) {
      if (session != null && left != null) {
        idle.putBack(session, left);
        idle.want(session);
        residentTokens.put(session, left.held());
      } else {
        free(slot);
      }
      return false;
    }
    sequence.setSlot(slot);
    int there = left == null ? 0 : commonPrefix(left, sequence);
    restore(sequence, there);
    return true;
  }

  /** Tokens more than {@code tokens} that the sequence's slot has room for. */
  int spare(Sequence sequence, int tokens) {
    return capacity[sequence.slot()] - tokens;
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
    return copied(() -> List.of(new KvBlock(0, n, 0, runner.exportKv(sequence.slot(), 0, n))));
  }

  /** What the device copies to the host takes memory there too, for a moment. */
  private static List<KvBlock> copied(Supplier<List<KvBlock>> copy) {
    try {
      return copy.get();
    } catch (CaudalException e) {
      if (e.code() != ErrorCode.OUT_OF_MEMORY) {
        throw e;
      }
      LOG.warn(
          "no memory for a copy of KV, which is computed again if need be: {}", e.getMessage());
      return List.of();
    }
  }

  /**
   * The sequence has ended: its KV stays as its session's while there is room.
   *
   * @param outputTokens that it generated
   */
  void finish(Sequence sequence, int outputTokens) {
    toRestore.remove(sequence);
    String session = sequence.sessionId();
    int slot = sequence.slot();
    if (slot < 0) {
      if (session != null) {
        idle.unwant(session);
      }
      return;
    }
    sequence.setSlot(-1);
    int[] tokens = sequence.tokens().copy(0, sequence.computed());
    if (session == null || tokens.length == 0) {
      free(slot);
      return;
    }
    int unused = drop(session);
    idle.add(session, new Idle(slot, tokens, capacity[slot]), outputTokens);
    residentTokens.put(session, tokens.length);
  }

  /** A live setting. */
  void setPolicy(Eviction policy) {
    idle.setPolicy(policy);
  }

  /** The session has ended: nothing of it stays; says of how many tokens there was KV. */
  int forget(String sessionId) {
    int tokens = drop(sessionId);
    idle.forget(sessionId);
    return tokens;
  }

  /** Drops a session's idle KV, which may come back; says of how many tokens. */
  int release(String sessionId) {
    return drop(sessionId);
  }

  /** Drops the idle KV of all sessions; says of how many tokens. */
  int clear() {
    return List.copyOf(residentTokens.keySet()).stream().mapToInt(this::drop).sum();
  }

  /** Idle KV of a pinned session makes way after all others. */
  void setPinned(String sessionId, boolean pin) {
    idle.setPinned(sessionId, pin);
  }

  /**
   * Brings a session's KV here although nothing of it runs, at the cost of idle sessions.
   *
   * @param tokens of the session
   * @param blocks as {@link #offer}
   * @return tokens whose KV is here now; 0 if running sequences leave no room
   */
  int promote(String sessionId, int[] tokens, List<KvBlock> blocks) {
    // A token more, as if a turn came: of a sequence, the last one's KV is never taken as given.
    TokenLog log = new TokenLog(tokens, 1);
    log.append(0);
    Sequence guest = new Sequence("", sessionId, log, 0, "", Long.MAX_VALUE, 0);
    offer(guest, blocks);
    try {
      boolean unused = ensure(guest, tokens.length); // without room, it is told below
    } finally {
      finish(guest, 0); // what is there stays, also without memory for the rest
    }
    return residentTokens(sessionId);
  }

  /**
   * Blocks of the sequence's KV from token {@code from}, rounded down to a block, to the last token
   * that has KV; empty where there is no memory for them.
   */
  List<KvBlock> export(Sequence sequence, int from) {
    return export(sequence, from, sequence.computed());
  }

  /**
   * Blocks of the sequence's KV from token {@code from}, rounded down to a block, to {@code to};
   * empty where there is no memory for them.
   */
  List<KvBlock> export(Sequence sequence, int from, int to) {
    long start = meter.now();
    int[] tokens = sequence.tokens().copy(0, to);
    List<KvBlock> blocks = copied(() -> slots.read(sequence.slot(), tokens, from));
    meter.exported(start, sequence.requestId(), Math.max(0, to - from));
    return blocks;
  }

  private @Nullable Idle take(String session) {
    residentTokens.remove(session);
    return idle.take(session);
  }

  /** Frees what an idle session left; says of how many tokens. */
  private int drop(String session) {
    Idle left = take(session);
    if (left == null) {
      return 0;
    }
    free(left.slot());
    return left.held();
  }

  private static int commonPrefix(Idle left, Sequence sequence) {
    int limit = Math.min(left.held(), sequence.tokens().size());
    int n = 0;
    while (n < limit && left.tokens()[n] == sequence.tokens().get(n)) {
      n++;
    }
    return n;
  }

  /**
   * KV of a session whose turn is about to be submitted, part by part as it is read: memory is
   * taken and written meanwhile, at the cost of idle sessions that wait for no turn. What finds no
   * room is imported with the turn, which is offered all of it.
   *
   * @param context that the turn will begin with
   * @param blocks the next ones; empty to take memory only
   * @return whether there was room
   */
  boolean receive(String session, int[] context, List<KvBlock> blocks) {
    long start = meter.now();
    Idle left = take(session);
    int there = left == null ? 0 : left.common(context);
    int more = rounded(context.length) - (left == null ? 0 : left.room());
    boolean room = more <= pool.free() + idle.unwantedRoom();
    boolean slotToHave = !freeSlots.isEmpty() || idle.unwantedRoom() > 0;
    if (left == null && !(room && slotToHave)) {
      return false;
    }
    int slot = left == null ? freeSlot() : left.slot();
    int held = there;
    try {
      room = room && grow(slot, context.length);
      if (room) {
        runner.prepare(slot);
        // What lies behind a gap would be forgotten again.
        boolean joins = !blocks.isEmpty() && slots.firstToken(blocks.get(0)) <= there;
        held = joins ? slots.write(slot, there, context.length, blocks).tokens() : there;
        meter.restored(start, "", held - there);
      }
    } catch (CaudalException e) {
      if (e.code() != ErrorCode.OUT_OF_MEMORY) {
        throw e;
      }
      LOG.info("no memory for KV ahead of its turn: {}", e.getMessage());
      room = false;
    }
    if (!room && held == 0) {
      free(slot);
    } else {
      idle.putBack(session, new Idle(slot, context, held, capacity[slot]));
      residentTokens.put(session, held);
      idle.want(session);
    }
    return room;
  }

  /** The turn does not come: the session is idle as others are. */
  void abandon(String session) {
    idle.unwant(session);
  }

  /** Imports the offered blocks that reach further than the {@code there} tokens that have KV. */
  private void restore(Sequence sequence, int there) {
    long start = meter.now();
    List<KvBlock> blocks = toRestore.remove(sequence);
    Held held = new Held(there, 0, 0);
    if (blocks != null) {
      held = slots.write(sequence.slot(), there, sequence.tokens().size(), blocks);
      int most = Math.max(held.tokens(), held.islandTo());
      meter.restored(start, sequence.requestId(), most - there);
    }
    // The last token is computed even if its KV is there: its logits are wanted.
    sequence.setComputed(Math.min(held.tokens(), sequence.tokens().size() - 1));
    sequence.setIsland(held.islandFrom(), held.islandTo());
  }

  /** Makes the slot hold {@code tokens}, at the cost of idle sessions if need be. */
  private boolean grow(int slot, int tokens) {
    if (tokens <= capacity[slot]) {
      return true;
    }
    int wanted = rounded(tokens);
    int more = wanted - capacity[slot];
    if (more > pool.free() + idle.room()) {
      return false;
    }
    while (!pool.tryReserve(more)) {
      evict();
    }
    runner.reserve(slot, wanted);
    capacity[slot] = wanted;
    return true;
  }

  /** Positions that are reserved for a sequence of so many tokens. */
  private int rounded(int tokens) {
    return Math.min((tokens / GRANULE + 1) * GRANULE, pool.total());
  }

  /** A free slot, at the cost of an idle session if need be; -1 if all are running. */
  private int freeSlot() {
    if (freeSlots.isEmpty() && !evict()) {
      return -1;
    }
    return freeSlots.remove();
  }

  /** Drops the KV of one idle session; false if there is none. */
  private boolean evict() {
    String victim = idle.victim();
    if (victim == null) {
      return false;
    }
    int unused = drop(victim);
    meter.evicted();
    return true;
  }

  private void free(int slot) {
    runner.release(slot);
    pool.release(capacity[slot]);
    capacity[slot] = 0;
    freeSlots.add(slot);
  }
}
