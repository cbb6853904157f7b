package io.caudal.stream.operator;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.flink.util.function.ThrowingRunnable;

/** Completions that wait while nothing is to be emitted, in their order. Task thread only. */
final class HeldCalls {
  private final Deque<ThrowingRunnable<Exception>> waiting = new ArrayDeque<>();
  private boolean holding;

  boolean isHolding() {
    return holding;
  }

  void setHolding(boolean holding) {
    this.holding = holding;
  }

  void add(ThrowingRunnable<Exception> completion) {
    waiting.add(completion);
  }

  /** Runs what has waited. */
  void release() throws Exception {
    for (var next = waiting.poll(); next != null; next = waiting.poll()) {
      next.run();
    }
  }
}
