package io.caudal.stream.inference;

/**
 * Spreads the expiry of sessions that are all due at once, as after a job has stood still: Flink
 * calls all timers that are due before anything else gets its turn. Task thread only.
 */
final class ExpiryPace {
  /** Expiries in one go, and the pause before as many more. */
  private static final int AT_ONCE = 100;

  private static final long PAUSE_MILLIS = 100;

  private int due;

  /**
   * When one more session that is due is to be forgotten.
   *
   * @return milliseconds from now; 0 for at once
   */
  long nextDelayMillis() {
    return PAUSE_MILLIS * (due++ / AT_ONCE);
  }

  /** Whether none was due since others had their turn. */
  boolean isIdle() {
    return due == 0;
  }

  /** Others had their turn. */
  void reset() {
    due = 0;
  }
}
