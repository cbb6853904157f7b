package io.caudal.cli.eviction;

import io.caudal.kv.policy.EvictionPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All prefixes that a trace has used so far, as runs of blocks. Where two requests part, a run is
 * split; a run that nothing follows grows with its session, and a block that wasn't full is filled
 * by what comes after it, so that its old content is gone.
 */
final class PrefixTree {
  private final EvictionPolicy<Run> policy;
  private final @Nullable Run[] owner;
  private long runs;
  private int roots;

  /** Fragments' blocks that were filled while in memory, since last asked. */
  private int filled;

  PrefixTree(int distinctBlocks, EvictionPolicy<Run> policy) {
    this.owner = new @Nullable Run[distinctBlocks];
    this.policy = policy;
  }

  /** Blocks of the path's unbroken prefix that are in memory. */
  int hits(int[] path) {
    int at = 0;
    while (at < path.length) {
      Run run = owner[path[at]];
      if (run == null) {
        return at;
      }
      int here = Math.min(run.matching(path, at), run.resident);
      at += here;
      if (here < run.length()) {
        return at;
      }
    }
    return at;
  }

  /** Blocks of memory that fragments have given up since last asked. */
  int takeFilled() {
    int blocks = filled;
    filled = 0;
    return blocks;
  }

  /** The runs that make up the request's blocks, first to last; new ones have nothing in memory. */
  List<Run> path(TraceRequest request) {
    int[] path = request.blocks();
    List<Run> runs = new ArrayList<>();
    int at = known(path, runs);
    Run last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
    int full = request.fullBlocks();
    if (at < path.length && last != null && last.fragment) {
      promote(last);
    }
    if (at < full) {
      if (last != null && last.branches == 0) {
        fill(last);
        claim(last, path, at, full);
        last.append(path, at, full);
      } else {
        last = add(runs, last, path, at, full, false);
      }
      at = full;
    }
    if (at < path.length) {
      add(runs, last, path, at, path.length, true);
    }
    return runs;
  }

  int branches(@Nullable Run run) {
    return run == null ? roots : run.branches;
  }

  /** Adds the runs that the path goes through and returns how far they reach. */
  private int known(int[] path, List<Run> runs) {
    int at = 0;
    while (at < path.length) {
      Run run = owner[path[at]];
      if (run == null) {
        break;
      }
      int same = run.matching(path, at);
      at += same;
      if (same < run.length()) {
        runs.add(split(run, same));
        break;
      }
      runs.add(run);
    }
    return at;
  }

  private Run add(
      List<Run> runs, @Nullable Run parent, int[] path, int from, int to, boolean fragment) {
    int[] blocks = Arrays.copyOfRange(path, from, to);
    Run run = new Run(this.runs++, parent, fragment, blocks);
    claim(run, path, from, to);
    if (fragment && parent != null) {
      parent.fragments.add(run);
    } else if (parent != null) {
      parent.branches++;
    } else {
      roots++;
    }
    runs.add(run);
    return run;
  }

  private void claim(Run run, int[] path, int from, int to) {
    for (int i = from; i < to; i++) {
      owner[path[i]] = run;
    }
  }

  /** A block that others follow is full, whatever a request's length said. */
  private void promote(Run run) {
    run.fragment = false;
    if (run.parent != null) {
      run.parent.fragments.remove(run);
      run.parent.branches++;
    }
  }

  private void fill(Run run) {
    for (Run fragment : run.fragments) {
      owner[fragment.block(0)] = null;
      if (fragment.resident > 0) {
        filled += fragment.resident;
        fragment.resident = 0;
        policy.unpin(run);
      }
      policy.forget(fragment);
    }
    run.fragments.clear();
  }

  private Run split(Run run, int at) {
    Run head = new Run(runs++, run.parent, false, run.takeFirst(at));
    for (int i = 0; i < at; i++) {
      owner[head.block(i)] = head;
    }
    head.branches = 1;
    run.parent = head;
    head.resident = Math.min(run.resident, at);
    run.resident -= head.resident;
    policy.split(head, run);
    policy.resized(head, head.resident);
    policy.resized(run, run.resident);
    if (run.resident > 0) {
      policy.pin(head);
    }
    return head;
  }
}
