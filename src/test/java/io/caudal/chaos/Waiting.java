package io.caudal.chaos;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what happens in other processes, and for time to pass while a fault lasts. */
final class Waiting {
  private static final Duration POLL = Duration.ofMillis(10);

  private Waiting() {}

  /** Whether it came true within {@code limit}. */
  static boolean until(Duration limit, BooleanSupplier condition) {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        return false;
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
    return true;
  }

  /** Lets a fault last. */
  static void pass(Duration time) {
    boolean never = until(time, () -> false);
    assert !never;
  }
}
