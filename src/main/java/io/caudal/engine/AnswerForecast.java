package io.caudal.engine;

import io.caudal.protocol.FinishReason;

/**
 * How long an answer takes from its first step to its end, by moving averages of what answers took
 * lately: to the first token, for each further one, and how many they had of those they might have.
 * Owned by the thread that steps the engine.
 */
final class AnswerForecast {
  private static final double NEW = 0.1;
  private static final double NANOS_PER_MILLI = 1e6;

  /** Where too many ask, whoever is begun has just the time that is forecast: some need more. */
  private static final double MARGIN = 1.25;

  private double firstNanos;
  private double tokenNanos;
  private double share;

  /**
   * An answer has ended, or was given up.
   *
   * @param allowed tokens that it might have had, of which it has {@code tokens}
   */
  void learn(GenerationOutcome outcome, int tokens, int allowed) {
    if (tokens == 0) {
      return;
    }
    firstNanos = average(firstNanos, (double) outcome.prefillNanos());
    if (tokens > 1) {
      tokenNanos = average(tokenNanos, (double) outcome.decodeNanos() / (tokens - 1));
    }
    if (outcome.reason() != FinishReason.ERROR) {
      share = average(share, (double) tokens / allowed);
    }
  }

  /** For an answer of so many tokens at most; 0 while nothing is known. */
  long millis(int allowed) {
    double nanos = firstNanos + share * allowed * tokenNanos;
    return share == 0 ? 0 : Math.round(MARGIN * nanos / NANOS_PER_MILLI);
  }

  private static double average(double old, double next) {
    return old == 0 ? next : old + NEW * (next - old);
  }
}
