package io.caudal.stream.operator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AttemptTest {

  @Test
  void a_first_run_is_one() {
    assertThat(Attempt.next(0, false, 5_000)).isEqualTo(1);
  }

  @Test
  void a_restart_is_higher_even_if_nothing_was_stored() {
    assertThat(Attempt.next(0, true, 5_000)).isEqualTo(5_000);
  }

  @Test
  void a_restart_is_higher_even_if_the_clock_went_back() {
    assertThat(Attempt.next(5_000, true, 4_000)).isEqualTo(5_001);
    assertThat(Attempt.next(1, true, 0)).isEqualTo(2);
  }
}
