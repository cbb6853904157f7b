package io.caudal.chaos;

/** What makes more arrive than can be answered for minutes. */
enum Hardship {
  /** Five times what the job can do, and in the middle the broker stands still for some seconds. */
  ARRIVALS(5),
  /** The same with a third each of short, middling and long answers. */
  MIXED_ARRIVALS(5),
  /** What the job can do, and the broker takes a part of the results only. */
  SLOW_RESULTS(1),
  /** What the job can do, and the broker takes no result. */
  NO_RESULTS(1);

  private final int times;

  Hardship(int times) {
    this.times = times;
  }

  /** Arrivals as a multiple of the answers that the job can give. */
  int times() {
    return times;
  }
}
