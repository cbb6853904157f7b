package io.caudal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class StopMatcherTest {

  @Test
  void holdsBackWhatMayBecomeAStopText() {
    StopMatcher matcher = new StopMatcher(List.of("END", "###"));
    assertThat(matcher.accept("one E")).isEqualTo("one ");
    assertThat(matcher.accept("N")).isEmpty();
    assertThat(matcher.accept("T ##")).isEqualTo("ENT ");
    assertThat(matcher.accept("x##")).isEqualTo("##x");
    assertThat(matcher.accept("#more")).isEmpty();
    assertThat(matcher.stopped()).isTrue();
    assertThat(matcher.accept("more") + matcher.flush()).isEmpty();
  }

  @Test
  void ofTwoThatEndTogetherTheLongerCounts() {
    StopMatcher matcher = new StopMatcher(List.of("c", "abc"));
    assertThat(matcher.accept("xabcx")).isEqualTo("x");
  }

  @Property(tries = 2000)
  void theBordersOfPiecesMakeNoDifference(
      @ForAll @StringLength(max = 30) @CharRange(from = 'a', to = 'c') String text,
      @ForAll @Size(max = 3)
          List<@StringLength(min = 1, max = 4) @CharRange(from = 'a', to = 'c') String> stops,
      @ForAll long seed) {
    StopMatcher matcher = new StopMatcher(stops);
    Random random = new Random(seed);
    StringBuilder out = new StringBuilder();
    for (int at = 0; at < text.length(); ) {
      int end = Math.min(text.length(), at + 1 + random.nextInt(5));
      out.append(matcher.accept(text.substring(at, end)));
      assertThat(cut(text, stops)).startsWith(out);
      at = end;
    }
    assertThat(out + matcher.flush()).isEqualTo(cut(text, stops));
    assertThat(matcher.stopped()).isEqualTo(stops.stream().anyMatch(text::contains));
  }

  /** The definition, slowly. */
  private static String cut(String text, List<String> stops) {
    for (int end = 1; end <= text.length(); end++) {
      String head = text.substring(0, end);
      int longest = stops.stream().filter(head::endsWith).mapToInt(String::length).max().orElse(0);
      if (longest > 0) {
        return head.substring(0, end - longest);
      }
    }
    return text;
  }
}
