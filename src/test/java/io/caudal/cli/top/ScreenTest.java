package io.caudal.cli.top;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.cli.top.Screen.Line;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScreenTest {
  private final Screen screen = new Screen();

  @Test
  void only_lines_that_differ_are_sent() {
    screen.show(List.of(Line.of("one"), Line.of("two")), 10, 20);

    assertThat(screen.show(List.of(Line.of("one"), Line.of("2")), 10, 20))
        .isEqualTo("\u001b[2;1H2\u001b[K");
    assertThat(screen.show(List.of(Line.of("one"), Line.of("2")), 10, 20)).isEmpty();
    assertThat(screen.show(List.of(Line.of("one")), 10, 20)).isEqualTo("\u001b[2;1H\u001b[K");
  }

  @Test
  void lines_are_cut_to_the_terminal_and_drawn_anew_when_it_changes() {
    List<Line> lines = List.of(Line.of("0123456789"), Line.of("below"));
    assertThat(screen.show(lines, 1, 4)).contains("0123").doesNotContain("4", "below");
    assertThat(screen.show(lines, 2, 8)).startsWith("\u001b[2J").contains("01234567", "below");
  }

  @Test
  void text_from_outside_can_not_move_the_cursor() {
    assertThat(screen.show(List.of(Line.of("a\u001b[2Jb")), 10, 20)).contains("a [2Jb");
  }
}
