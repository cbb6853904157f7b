package io.caudal.cli.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class OptimalTest {

  /** Every choice of what to keep, tried; the optimum is the best of them. */
  @Property(tries = 18)
  void is_what_trying_everything_finds(
      @ForAll @LongRange(min = 0, max = 10_000) long seed,
      @ForAll @IntRange(min = 1, max = 4) int capacity) {
    Trace trace = Traces.random(seed, 7);
    int hits = Arrays.stream(new Optimal(trace, capacity).run()).sum();
    assertThat(hits).isEqualTo(best(trace, 0, Set.of(), capacity, new HashMap<>()));
  }

  private static int best(
      Trace trace, int at, Set<Integer> kept, int capacity, Map<List<Object>, Integer> known) {
    if (at == trace.requests().size()) {
      return 0;
    }
    Integer before = known.get(List.of(at, kept));
    if (before != null) {
      return before;
    }
    int[] path = trace.requests().get(at).blocks();
    int hits = 0;
    while (hits < path.length && kept.contains(path[hits])) {
      hits++;
    }
    Set<Integer> may = new HashSet<>(kept);
    Arrays.stream(path).forEach(may::add);
    int best = most(trace, at, List.copyOf(may), 0, new HashSet<>(), capacity, known);
    known.put(List.of(at, kept), hits + best);
    return hits + best;
  }

  private static int most(
      Trace trace,
      int at,
      List<Integer> may,
      int index,
      Set<Integer> keep,
      int capacity,
      Map<List<Object>, Integer> known) {
    if (index == may.size() || keep.size() == capacity) {
      return best(trace, at + 1, Set.copyOf(keep), capacity, known);
    }
    int without = most(trace, at, may, index + 1, keep, capacity, known);
    keep.add(may.get(index));
    int with = most(trace, at, may, index + 1, keep, capacity, known);
    keep.remove(may.get(index));
    return Math.max(without, with);
  }
}
