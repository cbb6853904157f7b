package io.caudal.config;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Between what a setting may be moved, both ends included, as {@link Scale} orders its values.
 *
 * @param low at most {@code high}
 */
public record Bounds(double low, double high) implements Serializable {
  private static final Pattern ONE =
      Pattern.compile("\\s*([\\w.-]{1,64})\\s*=\\s*([\\w.-]+?)\\s*\\.\\.\\s*([\\w.-]+?)\\s*");

  /** The nearest that is within. */
  public double clamp(double rank) {
    return Math.min(high, Math.max(low, rank));
  }

  public boolean contains(double rank) {
    return low <= rank && rank <= high;
  }

  /** Of {@code KEY=LOW..HIGH[,…]}; empty if it is something else, or of settings without order. */
  static Optional<Map<String, Bounds>> parse(String text) {
    Map<String, Bounds> all = new LinkedHashMap<>();
    for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      Matcher matcher = ONE.matcher(part);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      String key = Aliases.names().getOrDefault(matcher.group(1), matcher.group(1));
      OptionalDouble low = Scale.rank(key, matcher.group(2));
      OptionalDouble high = Scale.rank(key, matcher.group(3));
      if (!Settings.key(key).isLive()
          || low.isEmpty()
          || high.isEmpty()
          || low.getAsDouble() > high.getAsDouble()
          || all.putIfAbsent(key, new Bounds(low.getAsDouble(), high.getAsDouble())) != null) {
        return Optional.empty();
      }
    }
    return Optional.of(Map.copyOf(all));
  }
}
