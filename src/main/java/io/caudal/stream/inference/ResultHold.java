package io.caudal.stream.inference;

import io.caudal.protocol.Result;
import io.caudal.stream.operator.KeyedAsyncContext;
import java.time.Duration;
import org.apache.flink.api.common.state.BroadcastState;

/**
 * Keeps results back for a while, so that a job can be stopped by a savepoint that has none of them
 * to commit: should the JobManager fail in the midst of it, and the job go on from the checkpoint
 * before, nothing is answered twice. Ends by itself, and with the job: the next one goes on from
 * the savepoint, which doesn't say so, or has another id. Task thread only.
 */
final class ResultHold {
  private static final String ENTRY = LiveSettings.INTERNAL + "hold";
  private static final Duration CHECK = Duration.ofMillis(100);

  private final KeyedAsyncContext<Result> context;
  private final BroadcastState<String, String> state;
  private final String job;
  private long untilMillis;

  /**
   * @param state that of the live settings
   */
  ResultHold(KeyedAsyncContext<Result> context, BroadcastState<String, String> state)
      throws Exception {
    this.context = context;
    this.state = state;
    job = context.runtime().getJobInfo().getJobId().toHexString();
    String stored = state.get(ENTRY);
    if (stored != null && stored.startsWith(job + " ")) {
      begin(Long.parseLong(stored.substring(job.length() + 1)));
    }
    context.every(CHECK, out -> check());
  }

  /**
   * @param untilMillis when it ends at the latest, epoch milliseconds
   */
  void begin(long untilMillis) throws Exception {
    this.untilMillis = untilMillis;
    context.hold(context.currentTimeMillis() < untilMillis);
  }

  void end() throws Exception {
    untilMillis = 0;
    context.hold(false);
  }

  /** Writes it to state, if this job may go on from there. */
  void store(boolean savepoint) throws Exception {
    if (untilMillis > 0 && !savepoint) {
      state.put(ENTRY, job + " " + untilMillis);
    } else {
      state.remove(ENTRY);
    }
  }

  private void check() throws Exception {
    if (untilMillis > 0 && context.currentTimeMillis() >= untilMillis) {
      end();
    }
  }
}
