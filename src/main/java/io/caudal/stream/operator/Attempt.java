package io.caudal.stream.operator;

import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.StateInitializationContext;

/**
 * Numbers the runs of the operator, so that each is greater than all before it: the highest number
 * in the checkpoint plus one, or the clock if that is more (a run that failed before its first
 * checkpoint left no number). A job's first run is 1.
 */
final class Attempt {

  /** Union state: each subtask sees the numbers of all, for keys move between them. */
  private final ListState<Long> stored;

  private final long number;

  Attempt(StateInitializationContext context, int flinkAttempt, long nowMillis) throws Exception {
    stored =
        context
            .getOperatorStateStore()
            .getUnionListState(new ListStateDescriptor<>("keyed-async-attempt", Types.LONG));
    long last = 0;
    for (long number : stored.get()) {
      last = Math.max(last, number);
    }
    number = next(last, context.isRestored() || flinkAttempt > 0, nowMillis);
  }

  static long next(long last, boolean restart, long nowMillis) {
    return restart ? Math.max(Math.max(last, 1) + 1, nowMillis) : 1;
  }

  long number() {
    return number;
  }

  void store() throws Exception {
    stored.clear();
    stored.add(number);
  }
}
