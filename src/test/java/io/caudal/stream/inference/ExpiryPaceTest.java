package io.caudal.stream.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ExpiryPaceTest {
  @Test
  void what_is_due_all_at_once_is_spread_and_nothing_else_waits() {
    ExpiryPace pace = new ExpiryPace();
    assertThat(pace.isIdle()).isTrue();
    long[] delays = new long[250];
    for (int i = 0; i < delays.length; i++) {
      delays[i] = pace.nextDelayMillis();
    }
    assertThat(pace.isIdle()).isFalse();
    assertThat(delays).startsWith(0, 0).endsWith(200, 200).isSorted();
    assertThat(delays).contains(0, 100, 200);
    for (long delay : new long[] {0, 100}) {
      assertThat(Arrays.stream(delays).filter(d -> d == delay)).hasSize(100);
    }

    pace.reset();
    assertThat(pace.isIdle()).isTrue();
    assertThat(pace.nextDelayMillis()).isZero();
  }
}
