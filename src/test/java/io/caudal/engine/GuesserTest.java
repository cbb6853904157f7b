package io.caudal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.schedule.TokenLog;
import org.junit.jupiter.api.Test;

class GuesserTest {
  private final Guesser guesser = new Guesser();

  @Test
  void what_followed_the_same_tokens_is_guessed() {
    assertThat(guesser.guess(log(1, 2, 3, 4, 5, 9, 2, 3), 2)).containsExactly(4, 5);
  }

  @Test
  void the_longest_match_decides_and_of_equals_the_latest() {
    assertThat(guesser.guess(log(1, 2, 3, 7, 9, 2, 3, 8, 1, 2, 3), 1)).containsExactly(7);
    assertThat(guesser.guess(log(2, 3, 7, 0, 2, 3, 8, 2, 3), 1)).containsExactly(8);
  }

  @Test
  void a_repetition_is_guessed_to_go_on() {
    assertThat(guesser.guess(log(5, 5, 5, 5, 5, 5, 5, 5), 4)).containsExactly(5);
    assertThat(guesser.guess(log(1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4), 3)).containsExactly(1, 2, 3);
  }

  @Test
  void nothing_is_guessed_without_a_match() {
    assertThat(guesser.guess(log(1, 2, 3, 4, 5), 4)).isEmpty();
    assertThat(guesser.guess(log(1, 2, 3, 9, 3), 4)).isEmpty();
    assertThat(guesser.guess(log(1), 4)).isEmpty();
  }

  @Test
  void wrong_guesses_are_given_up_for_a_while() {
    TokenLog tokens = log(1, 2, 3, 4, 5, 9, 2, 3);
    int asked = 0;
    for (; guesser.guess(tokens, 2).length > 0; asked++) {
      assertThat(asked).isLessThan(10);
      guesser.heard(0);
    }
    int paused = 1;
    for (; guesser.guess(tokens, 2).length == 0; paused++) {
      assertThat(paused).isLessThan(100);
    }
    assertThat(paused).isGreaterThan(asked);
  }

  private static TokenLog log(int... ids) {
    return new TokenLog(ids, 0);
  }
}
