package io.caudal.cli.bench;

import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number that is drawn for each session or turn: always {@code low}, evenly from {@code low} to
 * {@code high}, or lognormal with the mean {@code low} and at most {@code high}.
 *
 * @param high for a number that doesn't vary, {@code low}
 */
public record Spread(int low, int high, boolean lognormal) {
  private static final Pattern TEXT = Pattern.compile("(~?)(\\d{1,7})(?:-(\\d{1,7}))?");

  /** The median of a lognormal spread as a share of its mean; vLLM's default. */
  private static final double MEDIAN_TO_MEAN = 0.85;

  public static Spread of(int number) {
    return new Spread(number, number, false);
  }

  static Spread evenly(int low, int high) {
    return new Spread(low, high, false);
  }

  static Spread lognormal(int mean, int most) {
    return new Spread(mean, most, true);
  }

  /**
   * Reads {@code 100}, {@code 80-120} or, lognormal, {@code ~1000-5000}: mean and most.
   *
   * @throws IllegalArgumentException saying what is allowed
   */
  public static Spread parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (matcher.matches()) {
      int low = Integer.parseInt(matcher.group(2));
      int high = matcher.group(3) == null ? low : Integer.parseInt(matcher.group(3));
      boolean lognormal = !matcher.group(1).isEmpty();
      if (high >= low && (!lognormal || low > 0)) {
        return new Spread(low, high, lognormal);
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "' is not allowed: N, LOW-HIGH, or ~MEAN-MOST for a lognormal spread");
  }

  /** All lengths times {@code factor}; what was more than nothing stays at least 1. */
  Spread scaled(double factor) {
    return new Spread(scaled(low, factor), scaled(high, factor), lognormal);
  }

  static int scaled(int tokens, double factor) {
    return tokens == 0 ? 0 : Math.max(1, (int) Math.round(tokens * factor));
  }

  int draw(SplittableRandom random) {
    if (!lognormal) {
      return random.nextInt(low, high + 1);
    }
    double sigma = Math.sqrt(-2 * Math.log(MEDIAN_TO_MEAN));
    double drawn = low * MEDIAN_TO_MEAN * Math.exp(sigma * random.nextGaussian());
    return (int) Math.max(1, Math.min(high, Math.round(drawn)));
  }

  @Override
  public String toString() {
    return low == high ? Integer.toString(low) : (lognormal ? "~" : "") + low + "-" + high;
  }
}
