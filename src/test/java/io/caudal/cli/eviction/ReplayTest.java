package io.caudal.cli.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.Eviction;
import io.caudal.kv.policy.Policies;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class ReplayTest {

  @Property(tries = 100)
  void no_policy_finds_more_than_the_optimum_or_than_was_ever_there(
      @ForAll @LongRange(min = 0, max = 1000) long seed,
      @ForAll @IntRange(min = 1, max = 200) int capacity) {
    Trace trace = Traces.random(seed, 150);
    int optimal = sum(new Optimal(trace, capacity).run());
    assertThat(optimal).isLessThanOrEqualTo(everSeen(trace));
    for (Eviction policy : Eviction.values()) {
      int hits = sum(hits(trace, capacity, policy));
      assertThat(hits).as("%s", policy).isLessThanOrEqualTo(optimal);
    }
  }

  /** Filled fragments aside, where room is endless all that was seen is found. */
  @Property(tries = 50)
  void with_room_for_all_everything_full_is_found(
      @ForAll @LongRange(min = 0, max = 1000) long seed) {
    Trace trace = Traces.random(seed, 150);
    assertThat(sum(new Optimal(trace, Integer.MAX_VALUE).run())).isEqualTo(everSeen(trace));
    int[] lru = hits(trace, Integer.MAX_VALUE, Eviction.LRU);
    assertThat(lru).isEqualTo(hits(trace, Integer.MAX_VALUE, Eviction.ADAPTIVE));
    assertThat(sum(lru)).isGreaterThan(everSeen(trace) * 9 / 10);
  }

  private static int[] hits(Trace trace, long capacity, Eviction policy) {
    return new Replay(trace, capacity, Policies.of(policy, Long.MAX_VALUE)).run();
  }

  private static int everSeen(Trace trace) {
    Set<Integer> seen = new HashSet<>();
    int hits = 0;
    for (TraceRequest request : trace.requests()) {
      for (int block : request.blocks()) {
        hits += seen.add(block) ? 0 : 1;
      }
    }
    return hits;
  }

  private static int sum(int[] hits) {
    return Arrays.stream(hits).sum();
  }
}
