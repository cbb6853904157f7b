package io.caudal.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpreadTest {

  @ParameterizedTest
  @ValueSource(strings = {"0", "100", "80-120", "~1000-5000"})
  void what_is_read_is_printed_the_same(String text) {
    assertThat(Spread.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "x", "5-3", "~0-5", "1-2-3", "99999999"})
  void what_is_not_a_spread_is_refused(String text) {
    assertThatThrownBy(() -> Spread.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("LOW-HIGH");
  }

  @Test
  void an_even_spread_has_both_ends() {
    assertThat(draws(Spread.parse("3-5"), 1000).distinct().sorted()).containsExactly(3, 4, 5);
  }

  @Test
  void a_lognormal_spread_has_its_mean_its_median_and_its_most() {
    Spread spread = Spread.parse("~1000-9999");
    int[] drawn = draws(spread, 50_000).sorted().toArray();
    assertThat(IntStream.of(drawn).average().orElseThrow()).isCloseTo(1000, within(20.0));
    assertThat((double) drawn[drawn.length / 2]).isCloseTo(850, within(20.0));
    assertThat(draws(Spread.parse("~1000-1100"), 1000).max()).hasValue(1100);
  }

  @Test
  void scaling_keeps_nothing_and_never_makes_nothing_of_something() {
    assertThat(Spread.parse("80-120").scaled(0.25)).hasToString("20-30");
    assertThat(Spread.of(0).scaled(5)).hasToString("0");
    assertThat(Spread.of(3).scaled(0.01)).hasToString("1");
  }

  private static IntStream draws(Spread spread, int count) {
    SplittableRandom random = new SplittableRandom(1);
    return IntStream.range(0, count).map(i -> spread.draw(random));
  }
}
