package io.caudal.stream.inference;

import io.caudal.engine.host.Engine;
import io.caudal.error.CaudalException;
import io.caudal.kv.KvBlock;
import io.caudal.metrics.Counter;
import io.caudal.metrics.SubtaskMetrics;
import io.caudal.stream.state.SessionHeader;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Brings sessions' KV to the device ahead of their next turns. Task thread only, with the session's
 * key set.
 */
final class Warming {
  private final Engine engine;
  private final SessionMemory memory;
  private final SubtaskMetrics metrics;

  /** Tokens of a session whose KV is on the device, and was before. */
  record Warmed(int tokens, int before) {}

  Warming(Engine engine, SessionMemory memory, SubtaskMetrics metrics) {
    this.engine = engine;
    this.memory = memory;
    this.metrics = metrics;
  }

  /**
   * Reads what is neither on the device nor off the heap. A beginning that state lacks, because
   * another session computed it, and that nobody has now, is computed first.
   *
   * @param priority of such work beside turns
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
    int whole = stored / engine.blockTokens() * engine.blockTokens();
    int offHeap = engine.hostTokens(header.tenant(), tokens);
    List<KvBlock> blocks =
        whole > 0 && offHeap >= whole ? List.of() : memory.restore(header, tokens);
    CompletableFuture<Void> beginning =
        blocks.isEmpty() || header.kvFrom() <= offHeap
            ? CompletableFuture.completedFuture(null)
            : engine.computeBeginning(header.tenant(), tokens, blocks.get(0), priority);
    return beginning
        .thenCompose(there -> engine.copies().promote(key, header.tenant(), tokens, blocks))
        .thenApply(now -> new Warmed(now, resident));
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
