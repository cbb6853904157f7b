package io.caudal.stream.operator;

import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.StateInitializationContext;

/**
 * Numbers the runs of the operator's subtasks, so that each is greater than all of the runs before:
 * the highest number in the checkpoint plus an epoch. Runs from the same checkpoint, because they
 * failed before their first one, differ by the epoch; those after it by what it holds, even if
 * epochs began anew.
 */
final class Attempt {

  /** Union state: each subtask sees the numbers of all, for keys move between them. */
  private final ListState<Long> stored;

  private final long number;

  Attempt(StateInitializationContext context, EpochSource epochs) throws Exception {
    stored =
        context
            .getOperatorStateStore()
            .getUnionListState(new ListStateDescriptor<>("keyed-async-attempt", Types.LONG));
    long last = 0;
    for (long number : stored.get()) {
      last = Math.max(last, number);
    }
    number = last + epochs.next();
  }

  long number() {
    return number;
  }

  void store() throws Exception {
    stored.clear();
    stored.add(number);
  }
}
