package io.caudal.engine.host;

import io.caudal.engine.SharedPrefixes;
import io.caudal.engine.StepEngine;
import io.caudal.kv.Beginning;
import io.caudal.kv.Freed;
import io.caudal.kv.HostKv;
import io.caudal.kv.KvBlock;
import io.caudal.protocol.CacheTier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The copies of sessions' KV that an engine has on the device and off the heap: dropped, pinned and
 * brought in from outside of any generation. KV of a sequence that runs or is queued is left alone.
 * Safe for use by any thread; what a future depends on runs on the loops' threads.
 */
public final class KvCopies {
  private final List<StepLoop> loops;
  private final HostKv host;
  private final SharedPrefixes prefixes;
  private final Function<String, StepLoop> chooser;

  /**
   * @param chooser the loop that a session's KV is brought to
   */
  KvCopies(
      List<StepLoop> loops,
      HostKv host,
      SharedPrefixes prefixes,
      Function<String, StepLoop> chooser) {
    this.loops = loops;
    this.host = host;
    this.prefixes = prefixes;
    this.chooser = chooser;
  }

  /**
   * A session has ended: its KV goes from the device, and off the heap what only it uses. Done
   * after each loop's current step, so after what was cancelled before.
   */
  public CompletableFuture<Freed> forget(String sessionId) {
    return onLoops(
            engine -> {
              engine.setPinned(sessionId, false);
              return engine.forget(sessionId);
            })
        .thenApply(device -> device.plus(host.forget(sessionId)));
  }

  /** Drops copies of idle sessions' KV; of what others use too, nothing. */
  public CompletableFuture<Freed> release(Collection<String> sessions, CacheTier tier) {
    return dropped(
        tier,
        engine -> sessions.stream().mapToInt(engine::release).sum(),
        () -> sessions.stream().map(host::release).reduce(Freed.NONE, Freed::plus));
  }

  /** Drops all KV off the heap and, on the device, that of all idle sessions. */
  public CompletableFuture<Freed> clear(CacheTier tier) {
    return dropped(tier, StepEngine::clear, host::clear);
  }

  /** Drops a tenant's blocks off the heap. */
  public Freed clearHost(String tenant) {
    return host.clearTenant(tenant);
  }

  /**
   * Drops blocks off the heap of all that begins so.
   *
   * @param tenant null for every tenant
   */
  public Freed clearHost(@Nullable String tenant, Beginning beginning) {
    return host.clear(tenant, beginning);
  }

  /** KV of a pinned session leaves the device, and the host's memory, after all others. */
  public void setPinned(String sessionId, boolean pin) {
    host.setPinned(sessionId, pin);
    loops.forEach(loop -> loop.execute(() -> loop.engine().setPinned(sessionId, pin)));
  }

  /**
   * Brings an idle session's KV to the device before it is asked for. What was read stays off the
   * heap from then on.
   *
   * @param tokens of the session
   * @param blocks KV read back from state
   * @return tokens whose KV is on the device; 0 if there is no room
   */
  public CompletableFuture<Integer> promote(
      String sessionId, String tenant, int[] tokens, List<KvBlock> blocks) {
    List<KvBlock> all = new ArrayList<>(prefixes.find(tenant, tokens));
    int found = all.size();
    prefixes.take(tenant, tokens, found, sessionId);
    List<KvBlock> read = blocks.stream().filter(block -> block.index() >= found).toList();
    all.addAll(read);
    StepLoop loop = chooser.apply(sessionId);
    CompletableFuture<Integer> promoted = new CompletableFuture<>();
    loop.execute(
        () -> promoted.complete(loop.engine().promote(sessionId, tokens, all)),
        ended -> promoted.complete(0));
    prefixes.keep(tenant, read, tokens, sessionId, 0, true);
    return promoted;
  }

  /** Drops KV off the heap that is beyond this share of its limit. */
  public void collect(double share) {
    host.collect(share);
  }

  /** Blocks of a session's KV off the heap. */
  public int hostBlocks(String sessionId) {
    return host.blocksOf(sessionId);
  }

  private CompletableFuture<Freed> dropped(
      CacheTier tier, ToIntFunction<StepEngine> device, Supplier<Freed> offHeap) {
    return (tier.includes(CacheTier.DEVICE)
            ? onLoops(device)
            : CompletableFuture.completedFuture(Freed.NONE))
        .thenApply(freed -> tier.includes(CacheTier.HOST) ? freed.plus(offHeap.get()) : freed);
  }

  /** Counts tokens over all loops; one that has ended has none. */
  private CompletableFuture<Freed> onLoops(ToIntFunction<StepEngine> drop) {
    CompletableFuture<Freed> all = CompletableFuture.completedFuture(Freed.NONE);
    for (StepLoop loop : loops) {
      CompletableFuture<Integer> one = new CompletableFuture<>();
      loop.execute(() -> one.complete(drop.applyAsInt(loop.engine())), ended -> one.complete(0));
      all = all.thenCombine(one, (sum, tokens) -> sum.plus(Freed.ofDevice(tokens)));
    }
    return all;
  }
}
