package io.caudal.stream.inference;

import io.caudal.engine.host.Engine;
import io.caudal.error.CaudalException;
import io.caudal.kv.KvBlock;
import io.caudal.metrics.Counter;
import io.caudal.metrics.SubtaskMetrics;
import io.caudal.stream.state.SessionHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Brings sessions' KV to the device ahead of their next turns. Task thread only, with the session's
 * key set.
 */
final class Warming {
  private final Engine engine;
  private final SessionMemory memory;
  private final SubtaskMetrics metrics;
  private final Executor taskThread;

  /** Tokens of a session whose KV is on the device, and was before. */
  record Warmed(int tokens, int before) {}

  /**
   * @param taskThread what is run later on the task thread
   */
  Warming(Engine engine, SessionMemory memory, SubtaskMetrics metrics, Executor taskThread) {
    this.engine = engine;
    this.taskThread = taskThread;
    this.memory = memory;
    this.metrics = metrics;
  }

  /**
   * Whether the session's KV in state begins behind a beginning that nobody has now: another
   * session computed it.
   */
  boolean lacksBeginning(String key, SessionHeader header) throws Exception {
    return header.kvFrom() > 0
        && memory.storedTokens(header) > header.kvFrom()
        && engine.residentTokens(key) == 0
        && offHeapTokens(header, memory.tokens(header)) < header.kvFrom();
  }

  /**
   * Computes that beginning, for this session and others.
   *
   * @param priority beside turns
   * @return done when it is there, or can't be; on any thread
   */
  CompletableFuture<Void> begin(String key, SessionHeader header, int priority) throws Exception {
    int[] tokens = memory.tokens(header);
    KvBlock behind = memory.firstBlock(header, tokens);
    return behind == null
        ? CompletableFuture.completedFuture(null)
        : engine.computeBeginning(key, header.tenant(), tokens, behind, priority);
  }

  /**
   * Reads what is neither on the device nor off the heap, and brings all to the device; a beginning
   * that nobody has is computed before. Nothing else may be done to the session meanwhile, unless
   * there is no such.
   *
   * @param priority of computing beside turns
   * @return on any thread
   * @throws CaudalException as {@link SessionMemory#tokens}
   */
  CompletableFuture<Warmed> warm(String key, SessionHeader header, int priority) throws Exception {
    int[] tokens = memory.tokens(header);
    int stored = memory.storedTokens(header);
    int resident = engine.residentTokens(key);
    if (resident > 0 && resident >= stored) {
      return CompletableFuture.completedFuture(new Warmed(resident, resident));
    }
    List<KvBlock> blocks = new ArrayList<>();
    int there = offHeapTokens(header, tokens);
    int from = Math.max(header.kvFrom(), there);
    if (from < stored) {
      memory.restore(header, tokens, from, blocks::add);
    }
    boolean lacks = !blocks.isEmpty() && resident == 0 && there < from;
    CompletableFuture<Integer> promoted =
        lacks
            ? engine
                .computeBeginning(key, header.tenant(), tokens, blocks.get(0), priority)
                .thenComposeAsync(done -> promote(key, header, tokens, blocks), taskThread)
            : promote(key, header, tokens, blocks);
    return promoted.thenApply(now -> new Warmed(now, resident));
  }

  private CompletableFuture<Integer> promote(
      String key, SessionHeader header, int[] tokens, List<KvBlock> blocks) {
    return engine.copies().promote(key, header.tenant(), tokens, blocks);
  }

  private int offHeapTokens(SessionHeader header, int[] tokens) {
    return engine.offHeap(header.tenant(), tokens).size() * engine.blockTokens();
  }

  /**
   * Counts it.
   *
   * @return tokens whose KV is on the device; 0 if there was no room
   */
  int count(Warmed warmed) {
    metrics.add(Counter.WARMED_TOKENS, Math.max(0, warmed.tokens() - warmed.before()));
    return warmed.tokens();
  }
}
