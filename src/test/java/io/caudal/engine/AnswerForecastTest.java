package io.caudal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caudal.protocol.FinishReason;
import org.junit.jupiter.api.Test;

class AnswerForecastTest {
  private final AnswerForecast forecast = new AnswerForecast();

  @Test
  void nothing_is_forecast_of_what_never_ended() {
    assertThat(forecast.nanos(0, 100)).isZero();
    forecast.learn(0, 11, 1_000, FinishReason.ERROR);
    assertThat(forecast.nanos(0, 100)).as("how many tokens answers have").isZero();
    forecast.learn(0, 0, 0, FinishReason.STOP);
    assertThat(forecast.nanos(0, 100)).isZero();
  }

  @Test
  void an_answer_has_as_many_tokens_as_others_or_as_many_as_it_may() {
    forecast.learn(0, 11, 1_000, FinishReason.STOP);
    assertThat(forecast.nanos(0, 4_000)).isEqualTo(1_100);
    assertThat(forecast.nanos(0, 5)).isEqualTo(500);
    assertThat(forecast.nanos(3, 5)).as("another priority").isZero();
  }

  @Test
  void those_given_up_tell_how_slow_it_has_become() {
    forecast.learn(0, 11, 1_000, FinishReason.STOP);
    for (int i = 0; i < 100; i++) {
      forecast.learn(0, 11, 10_000, FinishReason.ERROR);
    }
    assertThat(forecast.nanos(0, 11)).isCloseTo(11_000, within(50.0));
  }

  @Test
  void one_that_waited_in_its_midst_raises_it_by_a_tenth() {
    forecast.learn(0, 11, 1_000, FinishReason.STOP);
    forecast.learn(0, 2, 1_000_000, FinishReason.STOP);
    assertThat(forecast.nanos(0, 5)).isCloseTo(550, within(0.01));
  }
}
