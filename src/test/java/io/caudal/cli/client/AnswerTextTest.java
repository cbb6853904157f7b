package io.caudal.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.protocol.TokenChunk;
import org.junit.jupiter.api.Test;

class AnswerTextTest {
  private final AnswerText answer = new AnswerText();

  @Test
  void pieces_are_shown_once() {
    assertThat(piece(1, 0, "Once ", false)).isEqualTo("Once ");
    assertThat(piece(1, 1, "upon", false)).isEqualTo("upon");
    assertThat(piece(1, 1, "upon", false)).isEmpty();
    assertThat(piece(1, 2, "", true)).isEmpty();
    assertThat(answer.text()).isEqualTo("Once upon");
    assertThat(answer.isComplete()).isTrue();
  }

  @Test
  void a_later_attempt_goes_on_where_the_reader_was() {
    piece(1, 0, "Once ", false);
    piece(1, 1, "upon ", false);
    assertThat(piece(2, 0, "Once upon a ", false)).isEqualTo("a ");
    assertThat(piece(1, 2, "stale", false)).isEmpty();
    assertThat(piece(2, 1, "time", true)).isEqualTo("time");
    assertThat(answer.text()).isEqualTo("Once upon a time");
  }

  @Test
  void a_later_attempt_that_is_behind_shows_nothing_until_it_has_caught_up() {
    piece(1, 0, "Once upon", false);
    assertThat(piece(2, 0, "Once ", false)).isEmpty();
    assertThat(answer.text()).isEqualTo("Once ");
    assertThat(piece(2, 1, "upon a", false)).isEqualTo(" a");
  }

  @Test
  void an_attempt_that_says_something_else_is_shown_anew() {
    piece(1, 0, "Once ", false);
    assertThat(piece(2, 0, "Twice ", false)).isEqualTo("\nTwice ");
    assertThat(answer.text()).isEqualTo("Twice ");
  }

  @Test
  void the_result_adds_what_no_piece_brought() {
    piece(1, 0, "Once ", false);
    assertThat(answer.finish("Once upon")).isEqualTo("upon");
    assertThat(answer.isComplete()).isTrue();
  }

  private String piece(long attempt, int index, String text, boolean last) {
    return answer.accept(new TokenChunk("r", "s", attempt, index, text, last));
  }
}
