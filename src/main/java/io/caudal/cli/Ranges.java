package io.caudal.cli;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Ranges of numbers on the command line. */
final class Ranges {
  private static final Pattern TIME = Pattern.compile("(\\d{1,9})\\s*(ms|s|min|h|d)");
  private static final Map<String, Long> UNITS =
      Map.of("ms", 1L, "s", 1_000L, "min", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

  private Ranges() {}

  /**
   * @throws ParameterException naming the option, the value and what is allowed
   */
  static void check(CommandSpec spec, String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw new ParameterException(
          spec.commandLine(), option + " " + value + " is not allowed: " + min + " to " + max);
    }
  }

  /**
   * A time such as {@code 500ms}, {@code 90s}, {@code 10min}, {@code 1h} or {@code 1d}, in
   * milliseconds.
   *
   * @throws ParameterException naming the option, the value and what is allowed
   */
  static long millis(CommandSpec spec, String option, String text, long min, long max) {
    Matcher matcher = TIME.matcher(text.strip());
    if (matcher.matches()) {
      long number = Long.parseLong(matcher.group(1));
      long millis = number * UNITS.getOrDefault(matcher.group(2), 0L);
      if (millis >= min && millis <= max) {
        return millis;
      }
    }
    throw new ParameterException(
        spec.commandLine(),
        option
            + " '"
            + text
            + "' is not allowed: a number and ms, s, min, h or d, from "
            + min / 1_000
            + " to "
            + max / 1_000
            + " seconds");
  }
}
