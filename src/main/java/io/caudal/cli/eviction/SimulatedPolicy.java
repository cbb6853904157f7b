package io.caudal.cli.eviction;

import io.caudal.config.Eviction;
import io.caudal.kv.policy.Policies;

/** The engine's policies, and the bound that none can pass. */
enum SimulatedPolicy {
  LRU,
  LFU,
  ADAPTIVE,
  OPTIMAL;

  /** Hit blocks of each request. */
  int[] hits(Trace trace, long capacityBlocks) {
    return switch (this) {
      case LRU -> hits(trace, capacityBlocks, Eviction.LRU);
      case LFU -> hits(trace, capacityBlocks, Eviction.LFU);
      case ADAPTIVE -> hits(trace, capacityBlocks, Eviction.ADAPTIVE);
      case OPTIMAL -> new Optimal(trace, capacityBlocks).run();
    };
  }

  private static int[] hits(Trace trace, long capacityBlocks, Eviction policy) {
    return new Replay(trace, capacityBlocks, Policies.of(policy, Long.MAX_VALUE)).run();
  }
}
