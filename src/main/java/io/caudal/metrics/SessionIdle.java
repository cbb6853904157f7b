package io.caudal.metrics;

import java.util.Locale;

/** How long a session had been idle when a turn of it came, so that hits can be told by it. */
public enum SessionIdle {
  /** It had no turn before. */
  NEW(-1),
  UNDER_10S(10_000),
  UNDER_1MIN(60_000),
  UNDER_10MIN(600_000),
  UNDER_1H(3_600_000),
  UNDER_1D(86_400_000),
  LONGER(Long.MAX_VALUE);

  private final long belowMillis;

  SessionIdle(long belowMillis) {
    this.belowMillis = belowMillis;
  }

  /**
   * @param idleMillis negative for a session's first turn
   */
  public static SessionIdle of(long idleMillis) {
    if (idleMillis < 0) {
      return NEW;
    }
    for (SessionIdle one : values()) {
      if (idleMillis < one.belowMillis) {
        return one;
      }
    }
    return LONGER;
  }

  /** As people read it, such as {@code under 10s}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Wire name of the counter of prompt tokens. */
  public String promptCounter() {
    return "idle_" + name().toLowerCase(Locale.ROOT) + "_prompt_tokens";
  }

  /** Wire name of the counter of those whose KV was there. */
  public String cachedCounter() {
    return "idle_" + name().toLowerCase(Locale.ROOT) + "_cached_tokens";
  }
}
