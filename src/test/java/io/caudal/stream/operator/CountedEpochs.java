package io.caudal.stream.operator;

import java.util.concurrent.atomic.AtomicInteger;

/** Epochs of this process: a static count, for Flink copies a source into each subtask. */
final class CountedEpochs implements EpochSource {
  private static final long serialVersionUID = 1L;
  private static final AtomicInteger COUNT = new AtomicInteger();

  @Override
  public int next() {
    return COUNT.incrementAndGet();
  }

  /** The highest that was handed out. */
  static int last() {
    return COUNT.get();
  }
}
