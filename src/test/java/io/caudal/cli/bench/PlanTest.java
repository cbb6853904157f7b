package io.caudal.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PlanTest {

  @Test
  void every_session_has_its_rounds_in_order_of_time() {
    Plan plan = Plan.of(load(shape(3, 7, 4, 2.0, false), 0));

    assertThat(plan.lanes()).hasSize(7);
    assertThat(plan.turns()).isEqualTo(28);
    for (List<Turn> lane : plan.lanes()) {
      assertThat(lane).extracting(Turn::round).containsExactly(0, 1, 2, 3);
      assertThat(lane).extracting(Turn::first).containsExactly(true, false, false, false);
      assertThat(lane).isSortedAccordingTo(Comparator.comparingLong(Turn::atNanos));
      assertThat(lane).extracting(Turn::session).containsOnly(lane.get(0).session());
    }
  }

  @Test
  void the_same_seed_plans_the_same_and_another_does_not() {
    Shape shape = shape(3, 7, 4, 2.0, false);
    assertThat(Plan.of(load(shape, 0))).isEqualTo(Plan.of(load(shape, 0)));
    assertThat(Plan.of(new Load("x", shape, Arrivals.POISSON, 0, 8, 0)))
        .isNotEqualTo(Plan.of(load(shape, 0)));
  }

  @Test
  void a_user_asks_once_in_users_over_rate_seconds() {
    Load load = new Load("x", shape(4, 4, 5, 2.0, false), Arrivals.CONSTANT, 0, 1, 0);
    for (List<Turn> lane : Plan.of(load).lanes()) {
      for (int i = 1; i < lane.size(); i++) {
        assertThat(lane.get(i).atNanos() - lane.get(i - 1).atNanos()).isEqualTo(2_000_000_000L);
      }
    }
  }

  @Test
  void with_a_duration_sessions_follow_until_it_is_over() {
    Load load = new Load("x", shape(2, 1, 3, 10.0, false), Arrivals.CONSTANT, 4, 1, 0);
    List<Turn> turns = Plan.of(load).lanes().stream().flatMap(List::stream).toList();
    assertThat(turns).hasSize(40).allMatch(turn -> turn.atNanos() < 4_000_000_000L);
    assertThat(turns.stream().map(Turn::session).distinct()).hasSizeGreaterThan(12);
  }

  @Test
  void staggered_first_sessions_begin_at_later_rounds_with_their_history() {
    Plan plan = Plan.of(load(shape(4, 8, 4, 2.0, true), 0));
    assertThat(plan.lanes().subList(0, 4))
        .extracting(lane -> lane.get(0).round())
        .containsExactly(0, 1, 2, 3);
    assertThat(plan.lanes()).allMatch(lane -> lane.get(0).first());
    assertThat(plan.lanes()).allMatch(lane -> lane.get(0).historyTokens() == 50);
  }

  @Test
  void without_a_rate_a_user_is_a_lane_and_asks_when_answered() {
    Plan plan = Plan.of(load(shape(3, 7, 2, 0, false), 0));
    assertThat(plan.lanes()).hasSize(3);
    assertThat(plan.turns()).isEqualTo(14);
    assertThat(plan.lanes().stream().flatMap(List::stream)).allMatch(turn -> turn.atNanos() == 0);
  }

  @Test
  void a_duration_without_a_rate_would_not_end() {
    assertThatThrownBy(() -> load(shape(1, 1, 1, 0, false), 5))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void poisson_gaps_have_the_rate_as_mean_and_a_spread_like_it() {
    LongSupplier times = Arrivals.POISSON.times(50, new SplittableRandom(3));
    long[] at = LongStream.generate(times).limit(20_001).toArray();
    double[] gaps = new double[20_000];
    for (int i = 0; i < gaps.length; i++) {
      gaps[i] = (at[i + 1] - at[i]) / 1e9;
    }
    double mean = java.util.Arrays.stream(gaps).average().orElseThrow();
    double variance =
        java.util.Arrays.stream(gaps).map(g -> (g - mean) * (g - mean)).average().orElseThrow();
    assertThat(at[0]).isZero();
    assertThat(mean).isCloseTo(0.02, within(0.001));
    assertThat(Math.sqrt(variance)).isCloseTo(0.02, within(0.001));
  }

  private static Load load(Shape shape, int duration) {
    return new Load("x", shape, Arrivals.POISSON, duration, 7, 0);
  }

  private static Shape shape(int users, int sessions, int rounds, double rate, boolean staggered) {
    return new Shape(
        users,
        sessions,
        Spread.of(rounds),
        20,
        Spread.of(50),
        Spread.of(10),
        Spread.of(5),
        rate,
        staggered);
  }
}
