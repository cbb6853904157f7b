package io.caudal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StepPaceTest {
  private final StepPace pace = new StepPace();

  @Test
  void a_chunk_makes_a_step_longer_by_no_more_than_the_share() {
    pace.took(20_000, true, 0);
    pace.took(500_000, false, 500);

    assertThat(pace.prefillTokens(100)).isEqualTo(20);
    assertThat(pace.prefillTokens(150)).isEqualTo(30);
  }

  @Test
  void small_chunks_that_cost_more_get_smaller() {
    pace.took(20_000, true, 0);
    pace.took(500_000, false, 500);
    for (int step = 0; step < 50; step++) {
      pace.took(20_000 + 2_000 * 20, true, 20);
    }

    assertThat(pace.prefillTokens(100)).isEqualTo(10);
  }

  @Test
  void nothing_is_limited_before_anything_is_known_or_if_it_is_off() {
    assertThat(pace.prefillTokens(100)).isEqualTo(Integer.MAX_VALUE);
    pace.took(20_000, true, 0);
    assertThat(pace.prefillTokens(100)).isEqualTo(Integer.MAX_VALUE);
    pace.took(500_000, false, 500);
    assertThat(pace.prefillTokens(0)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void prefill_never_stops() {
    pace.took(10, true, 0);
    pace.took(500_000, false, 500);

    assertThat(pace.prefillTokens(1)).isEqualTo(8);
  }
}
