package io.caudal.config;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Values of a setting on a line: numbers and bytes as they are, times in milliseconds, choices in
 * the order in which the reference lists them, false before true. Lists and texts have no order.
 */
public final class Scale {
  private static final long MB = 1 << 20;

  private Scale() {}

  /**
   * Where a value is; empty for a setting without order.
   *
   * @throws io.caudal.error.CaudalException {@code CONFIG_INVALID} if the key is not known or the
   *     value not allowed
   */
  public static OptionalDouble rank(String key, String value) {
    Object parsed = Settings.key(key).parse(value);
    if (parsed instanceof Number number) {
      return OptionalDouble.of(number.doubleValue());
    }
    if (parsed instanceof Duration time) {
      return OptionalDouble.of((double) time.toMillis());
    }
    if (parsed instanceof Boolean flag) {
      return OptionalDouble.of(flag ? 1 : 0);
    }
    return parsed instanceof Enum<?> choice
        ? OptionalDouble.of(constants(choice).indexOf(choice))
        : OptionalDouble.empty();
  }

  /**
   * The value at a rank, as the setting takes it; between two, the nearest.
   *
   * @param key of a setting that has an order
   */
  public static String text(String key, double rank) {
    Object example = Settings.key(key).parse(Settings.key(key).defaultText());
    long whole = Math.round(rank);
    if (example instanceof Double) {
      return String.format(Locale.ROOT, "%.2f", rank).replaceFirst("\\.?0+$", "");
    }
    if (example instanceof Long) {
      return whole != 0 && whole % MB == 0 ? whole / MB + "mb" : Long.toString(whole);
    }
    if (example instanceof Duration) {
      return whole + "ms";
    }
    if (example instanceof Boolean) {
      return Boolean.toString(whole > 0);
    }
    return example instanceof Enum<?> choice
        ? ConfigKey.hyphens(constants(choice).get((int) whole))
        : Long.toString(whole);
  }

  private static List<? extends Enum<?>> constants(Enum<?> one) {
    return List.of(one.getDeclaringClass().getEnumConstants());
  }

  /** Whether values are numbers, so that a factor makes sense. */
  public static boolean isNumeric(String key) {
    Object example = Settings.key(key).parse(Settings.key(key).defaultText());
    return example instanceof Number || example instanceof Duration;
  }
}
