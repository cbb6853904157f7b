package io.caudal.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.metrics.HeavyKeys.Heavy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class HeavyKeysTest {

  @Property(tries = 200)
  void a_sum_is_too_high_by_its_error_at_most(
      @ForAll @Size(max = 300) List<@IntRange(min = 0, max = 30) Integer> first,
      @ForAll @Size(max = 300) List<@IntRange(min = 0, max = 30) Integer> second) {
    Map<String, Long> exact = new HashMap<>();
    HeavyKeys one = fill(first, exact);
    HeavyKeys other = fill(second, exact);
    one.merge(other);

    for (Heavy heavy : one.top(100)) {
      long real = exact.getOrDefault(heavy.key(), 0L);
      assertThat(heavy.amount()).isGreaterThanOrEqualTo(real);
      assertThat(heavy.amount() - heavy.error()).isLessThanOrEqualTo(real);
    }
  }

  private static HeavyKeys fill(List<Integer> keys, Map<String, Long> exact) {
    HeavyKeys heavy = new HeavyKeys(8);
    for (int key : keys) {
      heavy.add("k" + key, key);
      exact.merge("k" + key, (long) key, Long::sum);
    }
    return heavy;
  }

  @Test
  void a_key_above_one_part_in_capacity_is_never_lost() {
    HeavyKeys heavy = new HeavyKeys(10);
    for (int i = 0; i < 1_000; i++) {
      heavy.add(i % 5 == 0 ? "big" : "small" + i, 10);
    }
    assertThat(heavy.top(1).get(0).key()).isEqualTo("big");
    assertThat(heavy.top(100)).hasSize(10);
  }

  @Test
  void the_highest_levels_are_known_and_may_fall() {
    LargestKeys levels = new LargestKeys(2);
    levels.set("a", 5);
    levels.set("b", 9);
    levels.set("c", 7);
    assertThat(levels.top(5)).extracting(Heavy::key).containsExactly("b", "c");
    levels.set("b", 1);
    levels.remove("c");
    assertThat(levels.top(5)).containsExactly(new Heavy("b", 1, 0));
  }
}
