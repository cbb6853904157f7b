package io.caudal.engine.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.EngineSettings;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BatchLingerTest {
  private final BatchLinger linger = new BatchLinger(settings(100));

  @Test
  void an_idle_loop_waits_once_for_others() {
    assertThat(linger.waitNanos(0, 0)).isZero();
    assertThat(linger.waitNanos(1, 1000)).isEqualTo(100_000_000);
    assertThat(linger.waitNanos(2, 60_001_000)).isEqualTo(40_000_000);
    assertThat(linger.waitNanos(2, 100_001_000)).isZero();
    assertThat(linger.waitNanos(1, 200_000_000)).isZero();
  }

  @Test
  void a_full_batch_steps_at_once_and_goes_on_when_it_is_no_longer_full() {
    assertThat(linger.waitNanos(1, 0)).isPositive();
    assertThat(linger.waitNanos(4, 10)).isZero();
    assertThat(linger.waitNanos(3, 20)).isZero();
  }

  @Test
  void it_waits_again_after_it_was_idle_with_the_settings_of_then() {
    assertThat(linger.waitNanos(4, 0)).isZero();
    assertThat(linger.waitNanos(0, 10)).isZero();
    linger.configure(settings(7));
    assertThat(linger.waitNanos(1, 20)).isEqualTo(7_000_000);
    linger.waitNanos(0, 30);
    linger.configure(settings(0));
    assertThat(linger.waitNanos(1, 40)).isZero();
  }

  private static EngineSettings settings(int lingerMillis) {
    return new EngineSettings(
        1,
        4,
        512,
        0,
        0,
        1.5,
        Duration.ofMillis(lingerMillis),
        Map.of(),
        Duration.ZERO,
        Duration.ZERO);
  }
}
