package io.caudal.engine.host;

import io.caudal.config.EngineSettings;

/**
 * How long a step loop that had nothing to do waits, with its first sequence at hand, for others to
 * share its steps. A loop that is busy never waits: who comes joins at the next step. Owned by the
 * loop's thread.
 */
final class BatchLinger {
  private long lingerNanos;
  private int maxBatch;
  private boolean idle = true;
  private long stepAtNanos;

  BatchLinger(EngineSettings settings) {
    configure(settings);
  }

  /** Live settings; they hold from the next time that the loop is idle. */
  final void configure(EngineSettings settings) {
    lingerNanos = settings.batchLinger().toNanos();
    maxBatch = settings.maxBatch();
  }

  /** Nanoseconds to wait before the next step; 0 to step now. */
  long waitNanos(int sequences, long nowNanos) {
    if (sequences == 0) {
      idle = true;
      return 0;
    }
    if (idle) {
      idle = false;
      stepAtNanos = nowNanos + lingerNanos;
    }
    if (sequences >= maxBatch) {
      stepAtNanos = nowNanos;
    }
    return Math.max(0, stepAtNanos - nowNanos);
  }
}
