package io.caudal.engine;

import io.caudal.protocol.FinishReason;
import java.util.HashMap;
import java.util.Map;

/**
 * How long an answer takes from its first token to its end, by moving averages of what answers of
 * its priority had lately: tokens, and time for each. It rather says too little: who is refused for
 * it teaches nothing. Owned by the thread that steps the engine.
 */
final class AnswerForecast {
  private static final double NEW = 0.1;

  private static final class Pace {
    private double tokenNanos;
    private double length;
  }

  private final Map<Integer, Pace> paces = new HashMap<>();

  /**
   * An answer has ended, or was given up, after so many tokens of this attempt.
   *
   * @param decodeNanos from the first of them to the last
   */
  void learn(int priority, int tokens, long decodeNanos, FinishReason reason) {
    Pace pace = paces.computeIfAbsent(priority, p -> new Pace());
    if (tokens > 1) {
      pace.tokenNanos = average(pace.tokenNanos, (double) decodeNanos / (tokens - 1));
    }
    if (tokens > 0 && reason != FinishReason.ERROR) {
      pace.length = average(pace.length, tokens);
    }
  }

  /** For an answer of so many tokens at most; 0 while nothing is known. */
  double nanos(int priority, int allowed) {
    Pace pace = paces.get(priority);
    return pace == null ? 0 : Math.min(allowed, pace.length) * pace.tokenNanos;
  }

  /** One that waited in its midst, or a long one, does not raise it by more than a tenth. */
  private static double average(double old, double next) {
    return old == 0 ? next : old + NEW * (Math.min(next, 2 * old) - old);
  }
}
