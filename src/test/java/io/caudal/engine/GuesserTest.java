package io.caudal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.schedule.TokenLog;
import org.junit.jupiter.api.Test;

class GuesserTest {
  private final Guesser guesser = new Guesser();

  @Test
  void what_followed_the_same_tokens_is_guessed() {
    assertThat(guesser.guess(log(1, 2, 3, 4, 5, 9, 2, 3), 2, 0.1)).containsExactly(4, 5);
  }

  @Test
  void the_longest_match_decides_and_of_equals_the_latest() {
    assertThat(guesser.guess(log(1, 2, 3, 7, 9, 2, 3, 8, 1, 2, 3), 1, 0.1)).containsExactly(7);
    assertThat(guesser.guess(log(2, 3, 7, 0, 2, 3, 8, 2, 3), 1, 0.1)).containsExactly(8);
  }

  @Test
  void a_repetition_is_guessed_to_go_on() {
    assertThat(guesser.guess(log(5, 5, 5, 5, 5, 5, 5, 5), 4, 0.1)).containsExactly(5, 5, 5, 5);
    assertThat(guesser.guess(log(1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4), 3, 0.1))
        .containsExactly(1, 2, 3);
  }

  @Test
  void nothing_is_guessed_without_a_match() {
    assertThat(guesser.guess(log(1, 2, 3, 4, 5), 4, 0.1)).isEmpty();
    assertThat(guesser.guess(log(1, 2, 3, 9, 3), 4, 0.1)).isEmpty();
    assertThat(guesser.guess(log(1), 4, 0.1)).isEmpty();
  }

  @Test
  void wrong_guesses_are_given_up_and_one_is_tried_again_after_a_while() {
    TokenLog tokens = log(1, 2, 3, 4, 5, 9, 2, 3);
    int asked = 0;
    for (int[] guess = guesser.guess(tokens, 2, 0.3); guess.length > 0; asked++) {
      assertThat(asked).isLessThan(10);
      guesser.heard(guess.length, 0);
      guess = guesser.guess(tokens, 2, 0.3);
    }
    int paused = 1;
    int[] guess = guesser.guess(tokens, 2, 0.3);
    for (; guess.length == 0; paused++) {
      assertThat(paused).isLessThan(100);
      guess = guesser.guess(tokens, 2, 0.3);
    }
    assertThat(paused).isGreaterThan(asked);
    assertThat(guess).hasSize(1);
  }

  @Test
  void the_more_a_position_is_worth_the_fewer_are_guessed() {
    TokenLog tokens = log(1, 2, 3, 4, 5, 6, 7, 9, 2, 3);
    assertThat(guesser.guess(tokens, 4, 0.2)).containsExactly(4, 5, 6, 7);
    assertThat(guesser.guess(tokens, 4, 0.4)).containsExactly(4, 5);
    assertThat(guesser.guess(tokens, 4, 0.9)).isEmpty();
    for (int i = 0; i < 10; i++) {
      guesser.heard(2, 2);
    }
    assertThat(guesser.guess(tokens, 4, 0.9)).hasSize(4);
  }

  private static TokenLog log(int... ids) {
    return new TokenLog(ids, 0);
  }
}
