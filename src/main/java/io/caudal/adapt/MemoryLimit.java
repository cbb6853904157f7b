package io.caudal.adapt;

import static io.caudal.adapt.RuleText.say;

import io.caudal.config.Bounds;
import io.caudal.config.KvSettings;
import io.caudal.config.Scale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What the HOST tier and waiting KV may have together, and the latter on the heap; without a limit,
 * both are left alone.
 */
final class MemoryLimit {
  private static final String HOST = "kv.host.bytes";
  private static final String WAITING = "kv.waiting-bytes";
  private static final double MB = 1 << 20;

  private MemoryLimit() {}

  static boolean allows(Window w, String key, String to) {
    if (!key.equals(HOST) && !key.equals(WAITING)) {
      return true;
    }
    long limit = w.wanted().memoryLimit();
    double other = w.rank(key.equals(HOST) ? WAITING : HOST);
    double wanted = Scale.rank(key, to).orElseThrow();
    boolean fits = key.equals(HOST) || wanted <= KvSettings.mostWaiting(w.get("heap_bytes"));
    return limit > 0 && (wanted < w.rank(key) || (fits && wanted + other <= limit));
  }

  /**
   * The larger one lowered so that both fit, as far as its bounds go, or else the other; empty if
   * they do.
   *
   * @param mayMove by key
   */
  static Optional<Move> fit(Window w, Predicate<String> mayMove) {
    long limit = w.wanted().memoryLimit();
    double over = w.rank(HOST) + w.rank(WAITING) - limit;
    if (limit == 0 || over <= 0) {
      return Optional.empty();
    }
    boolean hostFirst = w.rank(HOST) >= w.rank(WAITING);
    return Stream.of(hostFirst ? HOST : WAITING, hostFirst ? WAITING : HOST)
        .filter(mayMove)
        .flatMap(key -> lowered(w, key, over, limit).stream())
        .findFirst();
  }

  private static Optional<Move> lowered(Window w, String key, double over, long limit) {
    Bounds bounds = w.wanted().bounds().get(key);
    double from = w.rank(key);
    if (bounds == null) {
      return Optional.empty();
    }
    double whole = Math.max(0, Math.floor((from - over) / MB) * MB);
    double to = Math.max(bounds.low(), whole);
    String reason =
        say(
            "%s and %s together are %.0f MB over adaptive.memory-limit (%.0f MB)",
            HOST, WAITING, over / MB, limit / MB);
    return to < from
        ? Optional.of(new Move("memory-limit", key, w.text(key), Scale.text(key, to), reason))
        : Optional.empty();
  }
}
