package io.caudal.stream.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.KvPersist;
import io.caudal.metrics.Counter;
import io.caudal.metrics.SubtaskMetrics;
import org.junit.jupiter.api.Test;

class RestoreChoiceTest {
  private static final long MILLI = 1_000_000;

  private final SubtaskMetrics metrics = new SubtaskMetrics();
  private final RestoreChoice choice = new RestoreChoice(metrics);

  @Test
  void what_is_not_known_is_restored() {
    assertThat(choice.restores(1000, true)).isTrue();
    choice.restored(1000, 5 * MILLI);
    assertThat(choice.restores(1000, true)).isTrue();
  }

  @Test
  void the_faster_way_is_taken_and_it_turns_round_with_either_rate() {
    choice.restored(1000, 5 * MILLI);
    choice.prefilled(1000, 0, 500 * MILLI);
    assertThat(choice.restores(1000, true)).isTrue();

    for (int i = 0; i < 30; i++) {
      choice.restored(1000, 2000 * MILLI); // slow state
    }
    assertThat(choice.restores(1000, true)).isFalse();

    for (int i = 0; i < 30; i++) {
      choice.prefilled(1000, 1000, 20_000 * MILLI); // a busy device
    }
    assertThat(choice.restores(1000, true)).isTrue();
  }

  @Test
  void requests_that_end_before_their_first_token_say_nothing() {
    choice.restored(1000, 5 * MILLI);
    choice.prefilled(1000, 0, 500 * MILLI);
    for (int i = 0; i < 100; i++) {
      choice.prefilled(1000, 1000, 0);
    }
    assertThat(choice.restores(1000, true)).isTrue();
    assertThat(choice.persists(KvPersist.ADAPTIVE)).isTrue();
  }

  @Test
  void now_and_then_the_slower_way_is_tried() {
    choice.restored(1000, 5 * MILLI);
    choice.prefilled(1000, 0, 500 * MILLI);
    int restored = 0;
    for (int i = 0; i < 10 * RestoreChoice.PROBE_EVERY; i++) {
      restored += choice.restores(1000, true) ? 1 : 0;
    }
    assertThat(restored).isEqualTo(10 * (RestoreChoice.PROBE_EVERY - 1));
  }

  @Test
  void nothing_is_restored_without_room() {
    assertThat(choice.restores(1000, false)).isFalse();
  }

  @Test
  void predicted_and_actual_costs_are_counted() {
    choice.restored(1000, 10 * MILLI);
    choice.prefilled(500, 0, 500 * MILLI);
    choice.restores(2000, true);
    choice.restored(2000, 24 * MILLI);
    choice.restores(100, false);
    choice.prefilled(200, 100, 210 * MILLI);
    assertThat(metrics.count(Counter.RESTORE_PREDICTED_MICROS)).isEqualTo(20_000);
    assertThat(metrics.count(Counter.RESTORE_ACTUAL_MICROS)).isEqualTo(34_000);
    assertThat(metrics.count(Counter.RECOMPUTE_PREDICTED_MICROS)).isEqualTo(100_000);
    assertThat(metrics.count(Counter.RECOMPUTE_ACTUAL_MICROS)).isEqualTo(105_000);
    assertThat(metrics.count(Counter.RESTORES)).isEqualTo(1);
    assertThat(metrics.count(Counter.RECOMPUTES)).isEqualTo(1);
  }

  @Test
  void kv_is_written_as_the_setting_says() {
    assertThat(choice.persists(KvPersist.ADAPTIVE)).isTrue();
    choice.restored(1000, 900 * MILLI);
    choice.prefilled(1000, 0, 500 * MILLI);
    assertThat(choice.persists(KvPersist.ALWAYS)).isTrue();
    assertThat(choice.persists(KvPersist.ADAPTIVE)).isFalse();
    assertThat(choice.persists(KvPersist.NEVER)).isFalse();
  }
}
