package io.caudal.stream.operator;

import java.util.concurrent.atomic.AtomicLong;

/** Epochs of this process: a static count, for Flink copies a source into each subtask. */
final class CountedEpochs implements EpochSource {
  private static final long serialVersionUID = 1L;
  private static final AtomicLong COUNT = new AtomicLong();

  @Override
  public long next() {
    return COUNT.incrementAndGet();
  }

  /** The highest that was handed out. */
  static long last() {
    return COUNT.get();
  }
}
