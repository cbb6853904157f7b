package io.caudal.engine;

/**
 * How much prefill a step can take without keeping those that decode waiting for long, learned from
 * what steps took: a step without prefill, and a token of prefill more. Both are moving averages.
 * Owned by the thread that steps the engine.
 */
final class StepPace {
  private static final double NEW = 0.2;

  /** A chunk of fewer tokens costs hardly less. */
  private static final int SMALLEST_CHUNK = 8;

  private double decodeNanos;
  private double prefillTokenNanos;

  /**
   * A step took {@code nanos} to decode for some sequences and to prefill {@code prefillTokens}.
   */
  void took(long nanos, boolean decoded, int prefillTokens) {
    if (prefillTokens == 0) {
      decodeNanos = average(decodeNanos, (double) nanos);
    } else if (!decoded || decodeNanos > 0) {
      double more = nanos - (decoded ? decodeNanos : 0);
      prefillTokenNanos = average(prefillTokenNanos, Math.max(0, more / prefillTokens));
    }
  }

  /** What a step takes in which nobody prefills; 0 if there was none. */
  long decodeNanos() {
    return (long) decodeNanos;
  }

  /** What so many tokens of prefill take; 0 if there were none. */
  double prefillNanos(int tokens) {
    return tokens * prefillTokenNanos;
  }

  /**
   * Most tokens to prefill beside those that decode.
   *
   * @param percent how much longer the step may get
   */
  int prefillTokens(int percent) {
    if (percent == 0 || decodeNanos == 0 || prefillTokenNanos == 0) {
      return Integer.MAX_VALUE;
    }
    return (int) Math.max(SMALLEST_CHUNK, decodeNanos * (percent / 100.0) / prefillTokenNanos);
  }

  private static double average(double old, double next) {
    return old == 0 ? next : old + NEW * (next - old);
  }
}
