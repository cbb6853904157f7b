package io.caudal.stream.io;

import io.caudal.protocol.ControlAction;
import io.caudal.protocol.ControlChange;
import io.caudal.protocol.DeadLetter;
import io.caudal.protocol.Result;
import io.caudal.stream.state.WireTypes;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFutures;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.types.Either;
import org.apache.flink.util.OutputTag;

/**
 * Passes on what was refused before any session saw it, and keeps it back while the job is about to
 * be stopped, as the inference operator does with its results. What is kept is in checkpoints and
 * savepoints: the next job passes it on. The second input is the control stream, broadcast.
 *
 * <p>Nobody waits for its acknowledgement. The checkpoint that follows the others' does: a barrier
 * comes behind the control record that was read before it. That holds because the edge is a
 * broadcast one, whose operator has no unaligned checkpoints: its inputs are few and small, so its
 * barriers don't wait.
 *
 * <p>What is kept is on the heap. Beyond {@value #MOST_BYTES} bytes all is passed on, held or not.
 */
public final class RefusalHold extends AbstractStreamOperator<Result>
    implements TwoInputStreamOperator<Either<Result, DeadLetter>, ControlChange, Result> {
  public static final OutputTag<DeadLetter> DEAD_LETTERS =
      new OutputTag<>("dead-letters", WireTypes.DEAD_LETTER);

  private static final long serialVersionUID = 1;
  private static final long CHECK_MILLIS = 100;

  /** A refusal without a record's original bytes, about. */
  private static final long OBJECT_BYTES = 500;

  /** Of originals and all; dead letters have up to 700 kB. */
  static final long MOST_BYTES = 32 << 20;

  private static final ListStateDescriptor<Either<Result, DeadLetter>> KEPT =
      new ListStateDescriptor<>("kept", RequestParsing.REFUSED.getTypeInfo());

  /** The job that is held, and until when. */
  private static final ListStateDescriptor<String> HOLD =
      new ListStateDescriptor<>("hold", Types.STRING);

  @SuppressWarnings("NullAway.Init") // by initializeState, which is first
  private transient List<Either<Result, DeadLetter>> kept;

  @SuppressWarnings("NullAway.Init")
  private transient ListState<Either<Result, DeadLetter>> keptState;

  @SuppressWarnings("NullAway.Init")
  private transient ListState<String> holdState;

  private long untilMillis;
  private boolean savepoint;
  private long keptBytes;

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    keptState = context.getOperatorStateStore().getListState(KEPT);
    holdState = context.getOperatorStateStore().getUnionListState(HOLD);
    kept = new ArrayList<>();
    for (Either<Result, DeadLetter> one : keptState.get()) {
      keep(one);
    }
    for (String hold : holdState.get()) {
      if (hold.startsWith(job() + " ")) {
        untilMillis = Math.max(untilMillis, Long.parseLong(hold.substring(job().length() + 1)));
      }
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    var unused = // the service ends it before the operator closes
        getProcessingTimeService()
            .scheduleWithFixedDelay(due -> pass(), CHECK_MILLIS, CHECK_MILLIS);
  }

  @Override
  public void processElement1(StreamRecord<Either<Result, DeadLetter>> refused) {
    keep(refused.getValue());
    pass();
  }

  private void keep(Either<Result, DeadLetter> one) {
    kept.add(one);
    keptBytes += one.isLeft() ? OBJECT_BYTES : OBJECT_BYTES + one.right().original().length;
  }

  @Override
  public void processElement2(StreamRecord<ControlChange> change) {
    ControlAction action = change.getValue().action();
    if (action == null) {
      return;
    }
    switch (action.kind()) {
      case HOLD_RESULTS ->
          untilMillis = action.heldUntil(getProcessingTimeService().getCurrentProcessingTime());
      case RELEASE_RESULTS -> untilMillis = 0;
      default -> {
        // for sessions
      }
    }
    pass();
  }

  /** Passes on what is kept, unless it is held. */
  private void pass() {
    boolean held = getProcessingTimeService().getCurrentProcessingTime() < untilMillis;
    if (held && keptBytes > MOST_BYTES) {
      LOG.warn("{} refusals can't be held any longer: they are too large together", kept.size());
    }
    if (!held || keptBytes > MOST_BYTES) {
      emit();
    }
  }

  private void emit() {
    for (Either<Result, DeadLetter> one : kept) {
      if (one.isLeft()) {
        output.collect(new StreamRecord<>(one.left()));
      } else {
        output.collect(DEAD_LETTERS, new StreamRecord<>(one.right()));
      }
    }
    kept.clear();
    keptBytes = 0;
  }

  @Override
  public OperatorSnapshotFutures snapshotState(
      long checkpointId, long timestamp, CheckpointOptions options, CheckpointStreamFactory streams)
      throws Exception {
    savepoint = options.getCheckpointType().isSavepoint();
    return super.snapshotState(checkpointId, timestamp, options, streams);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    keptState.update(kept);
    boolean held = untilMillis > 0 && !savepoint; // who goes on from a savepoint is another job
    holdState.update(held ? List.of(job() + " " + untilMillis) : List.of());
  }

  /** A drained job has no next one. */
  @Override
  public void finish() throws Exception {
    emit();
    super.finish();
  }

  private String job() {
    return getRuntimeContext().getJobInfo().getJobId().toHexString();
  }
}
