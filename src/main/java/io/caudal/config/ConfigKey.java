package io.caudal.config;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One setting: its name, type, default, range, unit and meaning. Declared once, in the settings
 * record that it belongs to.
 *
 * @param <T> type of the parsed value
 */
public final class ConfigKey<T> {
  private static final Pattern QUANTITY = Pattern.compile("(\\d+)\\s*([a-z]*)");
  private static final Pattern DECIMAL = Pattern.compile("\\d{1,9}(?:\\.\\d{1,9})?");
  private static final Pattern WEIGHT =
      Pattern.compile("\\s*([^=,]{1,256}?)\\s*=\\s*(\\d{1,4}(?:\\.\\d{1,6})?)\\s*");

  private static final Pattern CPUS = Pattern.compile("\\s*(\\d{1,4})(?:-(\\d{1,4}))?\\s*");

  private static final Pattern LEVEL =
      Pattern.compile("\\s*([\\w.$-]{1,256})\\s*=\\s*([a-z]+)\\s*");
  private static final Set<String> LEVELS =
      new LinkedHashSet<>(List.of("off", "error", "warn", "info", "debug", "trace"));

  private final String name;
  private final String defaultText;
  private final String description;
  private final Function<String, Optional<T>> parser;
  private String range;
  private boolean live;
  private boolean anyCase;

  private ConfigKey(
      String name,
      String defaultText,
      String range,
      String description,
      Function<String, Optional<T>> parser) {
    this.name = name;
    this.defaultText = defaultText;
    this.range = range;
    this.description = description;
    this.parser = parser;
  }

  /** A whole number from {@code min} to {@code max}. */
  static ConfigKey<Integer> integer(String name, int def, int min, int max, String description) {
    return new ConfigKey<>(
        name,
        Integer.toString(def),
        min + " to " + (max == Integer.MAX_VALUE ? "2147483647" : Integer.toString(max)),
        description,
        text -> number(text).filter(n -> n >= min && n <= max).map(Long::intValue));
  }

  /** A number from {@code min} to {@code max}, written with digits and a point. */
  static ConfigKey<Double> decimal(
      String name, double def, double min, double max, String description) {
    return new ConfigKey<>(
        name,
        plain(def),
        plain(min) + " to " + plain(max),
        description,
        text ->
            Optional.of(text)
                .filter(t -> DECIMAL.matcher(t).matches())
                .map(Double::valueOf)
                .filter(n -> n >= min && n <= max));
  }

  /** Yes or no. */
  static ConfigKey<Boolean> flag(String name, boolean def, String description) {
    return new ConfigKey<>(
            name,
            Boolean.toString(def),
            "true | false",
            description,
            text ->
                Optional.of(text.toLowerCase(Locale.ROOT))
                    .filter(t -> t.equals("true") || t.equals("false"))
                    .map(Boolean::valueOf))
        .anyCase();
  }

  /** A size in bytes, written {@code 262144}, {@code 256kb}, {@code 64mb} or {@code 2gb}. */
  static ConfigKey<Long> bytes(String name, String def, long min, long max, String description) {
    return new ConfigKey<>(
            name,
            def,
            min + " to " + max + " bytes (kb, mb, gb allowed)",
            description,
            text -> quantity(text, ConfigKey::byteUnit).filter(n -> n >= min && n <= max))
        .anyCase();
  }

  /** A time, written {@code 500ms}, {@code 30s}, {@code 10min}, {@code 12h} or {@code 7d}. */
  static ConfigKey<Duration> duration(
      String name, String def, String min, String max, String description) {
    long low = quantity(min, ConfigKey::milliUnit).orElseThrow();
    long high = quantity(max, ConfigKey::milliUnit).orElseThrow();
    return new ConfigKey<>(
            name,
            def,
            min + " to " + max,
            description,
            text ->
                quantity(text, ConfigKey::milliUnit)
                    .filter(n -> n >= low && n <= high)
                    .map(Duration::ofMillis))
        .anyCase();
  }

  /** One of an enum's constants, written in lower case with hyphens. */
  static <E extends Enum<E>> ConfigKey<E> choice(
      String name, E def, Class<E> type, String description) {
    return new ConfigKey<>(
            name,
            hyphens(def),
            Arrays.stream(type.getEnumConstants())
                .map(ConfigKey::hyphens)
                .collect(Collectors.joining(" | ")),
            description,
            text ->
                Arrays.stream(type.getEnumConstants())
                    .filter(constant -> hyphens(constant).equals(text.toLowerCase(Locale.ROOT)))
                    .findFirst())
        .anyCase();
  }

  /** Any text that matches {@code pattern}; {@code range} says in words what that is. */
  static ConfigKey<String> text(
      String name, String def, String pattern, String range, String description) {
    Pattern compiled = Pattern.compile(pattern);
    return new ConfigKey<>(
        name,
        def,
        range,
        description,
        text -> Optional.of(text).filter(t -> compiled.matcher(t).matches()));
  }

  /** Weights by name, written {@code acme=4,free=0.5}; empty for none. */
  static ConfigKey<Map<String, Double>> weights(String name, String description) {
    return new ConfigKey<>(
        name, "", "NAME=WEIGHT[,…], weights 0.001 to 1000", description, ConfigKey::weights);
  }

  /** CPUs, written as {@code taskset} takes them: {@code 0-3,6}; empty for none. */
  static ConfigKey<List<Integer>> cpus(String name, String description) {
    return new ConfigKey<>(
        name, "", "NUMBER[-NUMBER][,…], numbers 0 to 1023", description, ConfigKey::cpus);
  }

  /**
   * Log levels by logger, written {@code io.caudal=debug,org.apache.kafka=warn}; empty for none.
   */
  static ConfigKey<Map<String, String>> levels(String name, String description) {
    return new ConfigKey<>(
        name,
        "",
        "LOGGER=LEVEL[,…], levels " + String.join(" | ", LEVELS),
        description,
        ConfigKey::levels);
  }

  /**
   * How far live settings may be moved, written {@code engine.max-batch=4..128}; empty for none.
   */
  static ConfigKey<Map<String, Bounds>> bounds(String name, String def, String description) {
    return new ConfigKey<>(
        name,
        def,
        "KEY=LOW..HIGH[,…], live settings whose values have an order",
        description,
        Bounds::parse);
  }

  private ConfigKey<T> anyCase() {
    anyCase = true;
    return this;
  }

  /** Names what a number counts. */
  ConfigKey<T> in(String unit) {
    range = range + " " + unit;
    return this;
  }

  /** Marks a setting that may change while the job runs. */
  ConfigKey<T> live() {
    live = true;
    return this;
  }

  public String name() {
    return name;
  }

  public String defaultText() {
    return defaultText;
  }

  /** What values are allowed, in words, with the unit. */
  public String range() {
    return range;
  }

  public String description() {
    return description;
  }

  /** Whether it may change while the job runs; otherwise the job must be restarted. */
  public boolean isLive() {
    return live;
  }

  /** The text as it is written in the reference: without blanks around it, in lower case. */
  String canonical(String text) {
    String stripped = text.strip();
    return anyCase ? stripped.toLowerCase(Locale.ROOT) : stripped;
  }

  /**
   * The value of {@code text}.
   *
   * @throws CaudalException {@code CONFIG_INVALID} naming the value, the range and this key
   */
  T parse(String text) {
    return parser
        .apply(text.trim())
        .orElseThrow(
            () ->
                new CaudalException(
                    ErrorCode.CONFIG_INVALID,
                    String.format("%s = '%s' is not allowed: %s", name, text, range)));
  }

  private static Optional<Map<String, Double>> weights(String text) {
    Map<String, Double> weights = new LinkedHashMap<>();
    for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      Matcher matcher = WEIGHT.matcher(part);
      double weight = matcher.matches() ? Double.parseDouble(matcher.group(2)) : 0;
      if (weight < 0.001
          || weight > 1000
          || weights.putIfAbsent(matcher.group(1), weight) != null) {
        return Optional.empty();
      }
    }
    return Optional.of(Map.copyOf(weights));
  }

  private static Optional<List<Integer>> cpus(String text) {
    BitSet cpus = new BitSet();
    for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      Matcher matcher = CPUS.matcher(part);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      int first = Integer.parseInt(matcher.group(1));
      int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
      if (last < first || last > 1023) {
        return Optional.empty();
      }
      cpus.set(first, last + 1);
    }
    return Optional.of(cpus.stream().boxed().toList());
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }

  private static Optional<Map<String, String>> levels(String text) {
    Map<String, String> levels = new LinkedHashMap<>();
    for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      Matcher matcher = LEVEL.matcher(part.toLowerCase(Locale.ROOT));
      if (!matcher.matches() || !LEVELS.contains(matcher.group(2))) {
        return Optional.empty();
      }
      String logger = part.substring(0, part.indexOf('=')).strip();
      if (levels.putIfAbsent(logger, matcher.group(2)) != null) {
        return Optional.empty();
      }
    }
    return Optional.of(Map.copyOf(levels));
  }

  private static Optional<Long> number(String text) {
    try {
      return Optional.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<Long> quantity(String text, Function<String, Optional<Long>> unit) {
    Matcher matcher = QUANTITY.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      long number = Long.parseLong(matcher.group(1));
      return unit.apply(matcher.group(2)).map(factor -> Math.multiplyExact(number, factor));
    } catch (NumberFormatException | ArithmeticException e) {
      return Optional.empty();
    }
  }

  private static Optional<Long> byteUnit(String unit) {
    return switch (unit) {
      case "", "b" -> Optional.of(1L);
      case "kb" -> Optional.of(1L << 10);
      case "mb" -> Optional.of(1L << 20);
      case "gb" -> Optional.of(1L << 30);
      default -> Optional.empty();
    };
  }

  private static Optional<Long> milliUnit(String unit) {
    return switch (unit) {
      case "ms" -> Optional.of(1L);
      case "s" -> Optional.of(1_000L);
      case "min" -> Optional.of(60_000L);
      case "h" -> Optional.of(3_600_000L);
      case "d" -> Optional.of(86_400_000L);
      default -> Optional.empty();
    };
  }

  static String hyphens(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
