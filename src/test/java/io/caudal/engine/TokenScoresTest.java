package io.caudal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caudal.protocol.TokenLogprobs;
import org.junit.jupiter.api.Test;

class TokenScoresTest {

  @Test
  void log_probabilities_are_those_of_the_softmax() {
    float[] logits = {1f, 3f, 2f, 3f, -1f};
    double total = 0;
    for (float logit : logits) {
      total += Math.exp(logit);
    }
    TokenScores scores = TokenScores.of(logits, 2, 3);
    assertThat(scores.id()).isEqualTo(2);
    assertThat(scores.logprob()).isCloseTo((float) Math.log(Math.exp(2) / total), within(1e-6f));
    assertThat(scores.topIds()).containsExactly(1, 3, 2);
    assertThat(scores.topLogprobs()[2]).isEqualTo(scores.logprob());
    assertThat(logits).containsExactly(1f, 3f, 2f, 3f, -1f);
  }

  @Test
  void large_logits_and_impossible_tokens_stay_finite() {
    float[] logits = {30_000f, -30_000f, Float.NEGATIVE_INFINITY, -0.0f};
    TokenScores scores = TokenScores.of(logits, 1, 20);
    assertThat(scores.logprob()).isEqualTo(TokenScores.LEAST);
    assertThat(scores.topIds()).containsExactly(0, 3, 1, 2);
    assertThat(scores.topLogprobs())
        .containsExactly(0f, TokenScores.LEAST, TokenScores.LEAST, TokenScores.LEAST);
  }

  @Test
  void none_of_the_likeliest_and_tokens_without_bytes() {
    TokenScores scores = TokenScores.of(new float[] {0, 0}, 1, 0);
    assertThat(scores.topIds()).isEmpty();
    TokenLogprobs told = scores.told(new NumberTokenizer());
    assertThat(told.token().token()).isEqualTo("1 ");
    assertThat(told.token().bytes()).isNull();
    assertThat(told.token().logprob()).isCloseTo((float) Math.log(0.5), within(1e-6f));
  }
}
