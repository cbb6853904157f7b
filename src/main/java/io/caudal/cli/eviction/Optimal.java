package io.caudal.cli.eviction;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The most hits that any policy can reach: Belady's (L. A. Belady, "A study of replacement
 * algorithms for a virtual-storage computer", IBM Systems Journal, 1966) with the right not to keep
 * a block at all. Whatever is used again last goes first. A block is never used again later than
 * those before it, so of a prefix the end goes first and what is kept is always unbroken: nothing
 * is lost to that rule.
 *
 * <p>All kept blocks whose next use is request {@code j} lie next to each other on {@code j}'s
 * path, so a range for each request is all that has to be remembered.
 */
final class Optimal {
  private static final int NEVER = Integer.MAX_VALUE;

  private final Trace trace;
  private final long capacityBlocks;

  /** For each request, kept blocks of its path from {@code low} to before {@code high}. */
  private final int[] low;

  private final int[] high;

  /** Requests whose range isn't empty. */
  private final NavigableSet<Integer> wanted = new TreeSet<>();

  private long kept;

  Optimal(Trace trace, long capacityBlocks) {
    this.trace = trace;
    this.capacityBlocks = capacityBlocks;
    this.low = new int[trace.requests().size()];
    this.high = new int[trace.requests().size()];
  }

  /** Hit blocks of each request. */
  int[] run() {
    List<int[]> uses = nextUses();
    int[] hits = new int[uses.size()];
    for (int i = 0; i < hits.length; i++) {
      hits[i] = high[i];
      kept -= high[i];
      wanted.remove(i);
      keep(uses.get(i));
      while (kept > capacityBlocks) {
        dropOne();
      }
    }
    return hits;
  }

  /** {@code uses}: pairs of (end of a stretch of the path, request that uses it next). */
  private void keep(int[] uses) {
    int from = 0;
    for (int k = 0; k < uses.length; k += 2) {
      int end = uses[k];
      int next = uses[k + 1];
      if (next != NEVER) {
        if (wanted.add(next)) {
          high[next] = end;
        }
        low[next] = from;
        kept += end - from;
      }
      from = end;
    }
  }

  private void dropOne() {
    int last = wanted.last();
    int drop = (int) Math.min(kept - capacityBlocks, high[last] - low[last]);
    high[last] -= drop;
    kept -= drop;
    if (high[last] == low[last]) {
      high[last] = 0;
      wanted.remove(last);
    }
  }

  private List<int[]> nextUses() {
    int[] next = new int[trace.distinct()];
    Arrays.fill(next, NEVER);
    List<int[]> uses = new ArrayList<>();
    for (int i = trace.requests().size() - 1; i >= 0; i--) {
      uses.add(stretches(trace.requests().get(i).blocks(), next));
      for (int block : trace.requests().get(i).blocks()) {
        next[block] = i;
      }
    }
    Collections.reverse(uses);
    return uses;
  }

  private static int[] stretches(int[] path, int[] next) {
    int[] stretches = new int[2 * path.length];
    int n = 0;
    for (int i = 0; i < path.length; i++) {
      if (i + 1 == path.length || next[path[i]] != next[path[i + 1]]) {
        stretches[n++] = i + 1;
        stretches[n++] = next[path[i]];
      }
    }
    return Arrays.copyOf(stretches, n);
  }
}
