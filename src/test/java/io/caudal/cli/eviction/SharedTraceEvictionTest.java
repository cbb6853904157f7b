package io.caudal.cli.eviction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Half an hour of real conversations, of which the second quarter of an hour is judged. */
class SharedTraceEvictionTest {
  private static final Trace TRACE =
      TraceReader.read(
          Path.of(
              System.getProperty("caudal.shared", "../shared"),
              "traces",
              "mooncake-conversation-first-half.jsonl"),
          512);

  @Test
  void lru_and_the_optimum_of_the_whole_file_are_what_an_independent_count_gave() {
    assertThat(whole(SimulatedPolicy.LRU, 2_560_000)).isCloseTo(0.111, within(0.001));
    assertThat(whole(SimulatedPolicy.LRU, 5_120_000)).isCloseTo(0.206, within(0.001));
    assertThat(whole(SimulatedPolicy.LRU, 10_240_000)).isCloseTo(0.277, within(0.001));
    assertThat(whole(SimulatedPolicy.OPTIMAL, 40_000_000)).isCloseTo(0.3409, within(0.0001));
  }

  @ParameterizedTest
  @ValueSource(
      longs = {1_000_000, 2_600_000, 5_100_000, 7_000_000, 10_200_000, 14_000_000, 20_000_000})
  void adaptive_finds_more_than_lru_and_lfu(long capacity) {
    double adaptive = judged(SimulatedPolicy.ADAPTIVE, capacity);
    assertThat(adaptive).isGreaterThan(judged(SimulatedPolicy.LRU, capacity));
    assertThat(adaptive).isGreaterThan(judged(SimulatedPolicy.LFU, capacity));
    assertThat(adaptive).isLessThan(judged(SimulatedPolicy.OPTIMAL, capacity));
  }

  @Test
  void where_room_is_short_adaptive_closes_a_fifth_of_the_distance_to_the_optimum() {
    double lru = judged(SimulatedPolicy.LRU, 2_600_000);
    double optimal = judged(SimulatedPolicy.OPTIMAL, 2_600_000);
    assertThat(judged(SimulatedPolicy.ADAPTIVE, 2_600_000))
        .isGreaterThan(lru + (optimal - lru) / 5);
  }

  @ParameterizedTest
  @ValueSource(longs = {1_000_000, 2_600_000, 5_100_000, 10_200_000, 14_000_000, 20_000_000})
  void adaptive_finds_more_while_it_still_learns(long capacity) {
    double adaptive = whole(SimulatedPolicy.ADAPTIVE, capacity);
    assertThat(adaptive).isGreaterThan(whole(SimulatedPolicy.LRU, capacity));
    assertThat(adaptive).isGreaterThan(whole(SimulatedPolicy.LFU, capacity));
  }

  private static double whole(SimulatedPolicy policy, long capacity) {
    return HitShare.of(TRACE, policy, capacity, 0, 1).hitShare();
  }

  private static double judged(SimulatedPolicy policy, long capacity) {
    return HitShare.of(TRACE, policy, capacity, 0.5, 1).hitShare();
  }
}
