package io.caudal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.error.ErrorCode;
import io.caudal.protocol.Failure;
import io.caudal.protocol.FinishReason;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AnswerForecastTest {
  private static final int MILLI = 1_000_000;

  private final AnswerForecast forecast = new AnswerForecast();

  @Test
  void nothing_is_forecast_of_what_never_ended() {
    assertThat(forecast.millis(100)).isZero();
    forecast.learn(outcome(FinishReason.ERROR, 50, 100), 11, 40);
    assertThat(forecast.millis(100)).as("how many tokens answers have").isZero();
  }

  @Test
  void an_answer_takes_a_first_token_and_its_share_of_others() {
    forecast.learn(outcome(FinishReason.LENGTH, 50, 100), 11, 22);
    assertThat(forecast.millis(22)).isEqualTo(200); // (50 + 11 * 10) with a quarter more
    assertThat(forecast.millis(0)).isEqualTo(63);
  }

  @Test
  void those_given_up_tell_how_slow_it_has_become() {
    forecast.learn(outcome(FinishReason.STOP, 50, 100), 11, 11);
    for (int i = 0; i < 100; i++) {
      forecast.learn(outcome(FinishReason.ERROR, 500, 1_000), 11, 40);
    }
    assertThat(forecast.millis(40)).isBetween(5_600L, 5_625L);
  }

  private static GenerationOutcome outcome(FinishReason reason, int prefillMs, int decodeMs) {
    @Nullable Failure failure =
        reason == FinishReason.ERROR ? new Failure(ErrorCode.DEADLINE_EXCEEDED, "late") : null;
    return new GenerationOutcome(
        new int[0],
        "",
        reason,
        failure,
        0,
        List.of(),
        0,
        (long) prefillMs * MILLI,
        (long) decodeMs * MILLI,
        0);
  }
}
