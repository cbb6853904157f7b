package io.caudal.cli.eviction;

import io.caudal.kv.policy.EvictionPolicy;
import io.caudal.kv.policy.Use;
import java.util.List;

/**
 * Replays a trace against a policy and a memory of so many blocks. A request counts what it finds
 * of its blocks without a gap from the first one on, then takes room for all of them, at the cost
 * of others, as far as they fit.
 */
final class Replay {
  private final Trace trace;
  private final long capacityBlocks;
  private final EvictionPolicy<Run> policy;
  private final PrefixTree tree;
  private long usedBlocks;

  Replay(Trace trace, long capacityBlocks, EvictionPolicy<Run> policy) {
    this.trace = trace;
    this.capacityBlocks = capacityBlocks;
    this.policy = policy;
    this.tree = new PrefixTree(trace.distinct(), policy);
  }

  /** Hit blocks of each request. */
  int[] run() {
    return trace.requests().stream().mapToInt(this::replay).toArray();
  }

  private int replay(TraceRequest request) {
    int hits = tree.hits(request.blocks());
    List<Run> path = tree.path(request);
    usedBlocks -= tree.takeFilled();
    path.forEach(policy::pin);
    for (Run run : path) {
      if (!admit(run, request.millis())) {
        break;
      }
    }
    for (int i = 0; i < path.size(); i++) {
      policy.used(path.get(i), use(path.get(i), request), request.millis());
    }
    path.forEach(policy::unpin);
    return hits;
  }

  private Use use(Run run, TraceRequest request) {
    Use.Kind kind =
        run.fragment ? Use.Kind.FRAGMENT : run.branches == 0 ? Use.Kind.SESSION : Use.Kind.SHARED;
    return new Use(kind, tree.branches(run.parent), request.outputTokens(), 1);
  }

  /** Makes all of the run resident, or as many of its first blocks as fit; false for those. */
  private boolean admit(Run run, long nowMillis) {
    int missing = run.length() - run.resident;
    while (usedBlocks + missing > capacityBlocks) {
      Run victim = policy.victim(nowMillis);
      if (victim == null) {
        break;
      }
      evict(victim, usedBlocks + missing - capacityBlocks);
    }
    int more = (int) Math.min(missing, capacityBlocks - usedBlocks);
    if (more > 0) {
      if (run.resident == 0 && run.parent != null) {
        policy.pin(run.parent);
      }
      usedBlocks += more;
      resize(run, run.resident + more);
    }
    return more == missing;
  }

  private void evict(Run victim, long blocks) {
    int fewer = (int) Math.min(blocks, victim.resident);
    usedBlocks -= fewer;
    resize(victim, victim.resident - fewer);
    if (victim.resident == 0 && victim.parent != null) {
      policy.unpin(victim.parent);
    }
  }

  private void resize(Run run, int blocks) {
    run.resident = blocks;
    policy.resized(run, (long) blocks * trace.blockTokens());
  }
}
