package io.caudal.cli.client;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class PatienceTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void ends_when_nothing_comes_for_long() {
    AtomicLong now = new AtomicLong();
    Patience patience = new Patience("caudal.metrics", now::get);
    for (int offset = 0; offset < 10; offset++) {
      patience.check(offset);
      now.addAndGet(20 * SECOND);
    }
    assertThatCode(() -> patience.check(9)).doesNotThrowAnyException();
    now.addAndGet(11 * SECOND);
    assertThatThrownBy(() -> patience.check(9))
        .isInstanceOf(TimeoutException.class)
        .hasMessageContaining("caudal.metrics")
        .hasMessageContaining("30 s");
  }
}
