package io.caudal.cli.bench;

import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/** How intended start times follow each other; they never depend on answers. */
public enum Arrivals {
  /** Gaps are drawn from an exponential distribution: many users who know nothing of each other. */
  POISSON,
  /** All gaps are the same. */
  CONSTANT;

  /**
   * The times, one a call, in nanoseconds after the start, never falling.
   *
   * @param rate times a second, more than 0
   */
  LongSupplier times(double rate, SplittableRandom random) {
    return new LongSupplier() {
      private double seconds;
      private boolean started;

      @Override
      public long getAsLong() {
        if (started) {
          seconds += gap();
        }
        started = true;
        return Math.round(seconds * 1e9);
      }

      private double gap() {
        return switch (Arrivals.this) {
          case POISSON -> -Math.log1p(-random.nextDouble()) / rate;
          case CONSTANT -> 1 / rate;
        };
      }
    };
  }
}
