package io.caudal.stream.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class AttemptTest {

  @Test
  void while_epochs_grow_they_are_the_numbers_whatever_was_stored() {
    assertThat(Attempt.next(0, 1)).isEqualTo(1);
    assertThat(Attempt.next(1, 2)).isEqualTo(2);
    assertThat(Attempt.next(2, 9)).isEqualTo(9);
    assertThat(Attempt.next(1, 10)).as("from an old savepoint").isEqualTo(10);
    assertThat(Attempt.next(0, 11)).as("from nothing").isEqualTo(11);
  }

  @Test
  void after_epochs_began_anew_numbers_are_higher_than_those_stored() {
    long last = Attempt.next(32_766, 32_767);
    long first = Attempt.next(last, 1);
    assertThat(first).isGreaterThan(last);
    assertThat(Attempt.next(last, 2)).as("the first left no checkpoint").isGreaterThan(first);
    assertThat(Attempt.next(first, 2)).isEqualTo(first + 1);
    assertThat(Attempt.next(Attempt.next(first, 7), 7)).isGreaterThan(Attempt.next(first, 7));
  }

  @Test
  void numbers_that_were_a_clocks_are_gone_on_from() {
    long clock = 1_796_002_686_743L;
    long first = Attempt.next(clock, 1);
    assertThat(first).isGreaterThan(clock);
    assertThat(Attempt.next(clock, 2)).isEqualTo(first + 1);
    assertThat(Attempt.next(first, 3)).isEqualTo(first + 2);
  }

  @Test
  void an_epoch_that_is_none_is_refused() {
    assertThatThrownBy(() -> Attempt.next(0, 0)).hasMessageContaining("1 to 65535, not 0");
    assertThatThrownBy(() -> Attempt.next(0, 65_536)).hasMessageContaining("not 65536");
  }
}
