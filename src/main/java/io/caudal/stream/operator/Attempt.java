package io.caudal.stream.operator;

import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.StateInitializationContext;

/**
 * Numbers the runs of the operator's subtasks, so that each is greater than all of the runs before,
 * also from an older checkpoint than the newest, as long as epochs don't begin anew in between. The
 * low bits are an epoch, which grows from run to run; what is above them counts how often epochs
 * began anew, which the checkpoint shows.
 */
final class Attempt {
  private static final int EPOCH_BITS = 16;
  private static final long EPOCH = (1L << EPOCH_BITS) - 1;

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
    number = next(last, epochs.next());
  }

  /**
   * @param last the highest number in the checkpoint; any
   */
  static long next(long last, int epoch) {
    if (epoch < 1 || epoch > EPOCH) {
      throw new IllegalArgumentException(
          "An epoch is 1 to " + EPOCH + ", not " + epoch + " as it came");
    }
    boolean anew = epoch <= (last & EPOCH);
    return (last & ~EPOCH) + (anew ? EPOCH + 1 : 0) + epoch;
  }

  long number() {
    return number;
  }

  void store() throws Exception {
    stored.clear();
    stored.add(number);
  }
}
