package io.caudal.stream.inference;

import io.caudal.config.Delivery;
import io.caudal.metrics.Latency;
import io.caudal.metrics.SubtaskMetrics;
import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * How long results wait for the checkpoint that commits them; nothing where they are written at
 * once. Task thread only.
 */
final class CommitWaits {
  /** Those beyond are not measured. */
  private static final int MOST = 10_000;

  private static final long OPEN = Long.MAX_VALUE;

  /** A result, and the checkpoint that it is part of. */
  private static final class Wait {
    private final long sinceMillis;
    private long checkpointId = OPEN;

    Wait(long sinceMillis) {
      this.sinceMillis = sinceMillis;
    }
  }

  private final boolean waits;
  private final SubtaskMetrics metrics;
  private final ArrayDeque<Wait> waiting = new ArrayDeque<>();

  CommitWaits(Delivery delivery, SubtaskMetrics metrics) {
    this.waits = delivery == Delivery.EXACTLY_ONCE;
    this.metrics = metrics;
  }

  /** A result leaves. */
  void emitted(long nowMillis) {
    if (waits && waiting.size() < MOST) {
      waiting.add(new Wait(nowMillis));
    }
  }

  /** What has left is part of this checkpoint, if not of an earlier one. */
  void snapshot(long checkpointId) {
    Iterator<Wait> newest = waiting.descendingIterator();
    while (newest.hasNext()) {
      Wait wait = newest.next();
      if (wait.checkpointId != OPEN) {
        break;
      }
      wait.checkpointId = checkpointId;
    }
  }

  /** The checkpoint is complete, and with it all before. */
  void completed(long checkpointId, long nowMillis) {
    for (Wait wait = waiting.peek();
        wait != null && wait.checkpointId <= checkpointId;
        wait = waiting.peek()) {
      waiting.remove();
      metrics.record(Latency.COMMIT_MS, (double) (nowMillis - wait.sinceMillis));
    }
  }
}
