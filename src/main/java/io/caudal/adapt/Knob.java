package io.caudal.adapt;

import io.caudal.config.Bounds;
import io.caudal.config.Scale;
import java.util.Map;
import java.util.Optional;

/**
 * How a setting is moved by one step: numbers by a factor, choices to the next one. Only what a
 * factor alone can't do is declared here; a setting is movable by being in {@code adaptive.bounds}
 * and in a rule.
 *
 * @param first the least value above 0, where a factor doesn't lead away from 0
 * @param zeroIsMost whether 0 means no limit, so that it lies above all other values
 */
record Knob(double first, boolean zeroIsMost) {
  private static final double FACTOR = 1.5;

  /** Memory is missing or not: nothing is lost by a larger step towards what is allowed. */
  private static final double MEMORY_FACTOR = 2;

  private static final double MB = 1 << 20;
  private static final Knob PLAIN = new Knob(1, false);

  private static final Map<String, Knob> SPECIAL =
      Map.of(
          "engine.prefill-percent", new Knob(1, true),
          "kv.host.bytes", new Knob(16 * MB, false),
          "kv.waiting-bytes", new Knob(16 * MB, false));

  /**
   * The value that is {@code steps} away, or the last one before a bound.
   *
   * @return empty if there is none within the bounds
   */
  static Optional<String> next(String key, String value, boolean up, int steps, Bounds bounds) {
    Optional<String> moved = Optional.empty();
    String at = value;
    for (int i = 0; i < steps; i++) {
      Optional<String> next = next(key, at, up, bounds);
      if (next.isEmpty()) {
        break;
      }
      moved = next;
      at = next.get();
    }
    return moved;
  }

  private static Optional<String> next(String key, String value, boolean up, Bounds bounds) {
    double from = Scale.rank(key, value).orElseThrow();
    Knob knob = SPECIAL.getOrDefault(key, PLAIN);
    if (knob.zeroIsMost && from == 0) {
      return up ? Optional.empty() : Optional.of(Scale.text(key, bounds.high()));
    }
    double to = bounds.clamp(knob.step(key, from, up));
    String text = Scale.text(key, to);
    boolean moves = up ? to > from : to < from;
    return moves && !text.equals(value) ? Optional.of(text) : Optional.empty();
  }

  private double step(String key, double from, boolean up) {
    if (!Scale.isNumeric(key)) {
      return up ? from + 1 : from - 1;
    }
    double factor = key.endsWith("bytes") ? MEMORY_FACTOR : FACTOR;
    if (up) {
      return from < first ? first : rounded(key, from * factor, true);
    }
    double lower = rounded(key, from / factor, false);
    return lower >= first ? lower : zeroIsMost ? first : 0;
  }

  /** Whole numbers stay whole and move by at least 1; bytes are whole megabytes. */
  private static double rounded(String key, double rank, boolean up) {
    double unit = key.endsWith("bytes") ? MB : key.equals("kv.compression-ratio") ? 0.01 : 1;
    return (up ? Math.ceil(rank / unit) : Math.floor(rank / unit)) * unit;
  }
}
