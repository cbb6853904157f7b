package io.caudal.kv.policy;

/**
 * Idle times in buckets, each {@value #RATIO} times as long as the one before, from a second to
 * about a week; the last one has no end.
 */
final class IdleBuckets {
  static final int COUNT = 40;
  static final double RATIO = 1.4;
  private static final double FIRST_MILLIS = 1000;
  private static final long[] START = new long[COUNT];

  static {
    for (int bucket = 1; bucket < COUNT; bucket++) {
      START[bucket] = Math.round(FIRST_MILLIS * Math.pow(RATIO, bucket - 1));
    }
  }

  private IdleBuckets() {}

  /** Idle time at which the bucket ends; for the last one, {@link Long#MAX_VALUE}. */
  static long end(int bucket) {
    return bucket + 1 < COUNT ? START[bucket + 1] : Long.MAX_VALUE;
  }

  /** Length of the bucket in ms; the last one counts as long as all before it. */
  static double width(int bucket) {
    return bucket + 1 < COUNT ? START[bucket + 1] - START[bucket] : START[bucket];
  }
}
