package io.caudal.stream.operator;

import java.util.List;
import java.util.concurrent.Future;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedMultiInput;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFutures;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Keyed state and asynchronous work in one operator, which Flink's AsyncWaitOperator keeps apart.
 * Like that one it bounds what is in flight, knows timeouts, holds watermarks back and starts
 * unfinished work again after a failure; unlike it, it has keyed state at hand where a call begins
 * and ends, keeps order by key, and puts what is in flight into <em>keyed</em> state, which a
 * rescale moves along with its keys.
 *
 * <p>Everything here runs on the task thread, in turn with checkpoints; other threads get in
 * through {@link TaskThread} only. A checkpoint never waits for a call: unfinished inputs and the
 * progress of their calls are part of it.
 *
 * <p>Input 2 carries copies of control records, see {@link ControlReplication}. Inputs are not
 * copied under object reuse: an operator with two network inputs heads its chain, and the network
 * stack hands each record out once.
 */
final class KeyedAsyncOperator<K, IN, CONTROL, OUT, P> extends AbstractStreamOperator<OUT>
    implements TwoInputStreamOperator<IN, Tuple2<Integer, CONTROL>, OUT>,
        BoundedMultiInput,
        Triggerable<K, VoidNamespace> {

  private final KeyedAsyncFunction<K, IN, CONTROL, OUT, P> function;
  private final InFlightLimits limits;
  private final EpochSource epochs;
  private final TypeInformation<IN> inputType;
  private final TypeInformation<P> progressType;
  private final int keyGroups;
  private final transient MailboxExecutor mailbox;
  private final transient TaskThread taskThread;
  private final transient OutputEmitter<OUT> out;
  private final transient SideOutputs sideOutputs;
  private final transient HeldWatermarks watermarks = new HeldWatermarks();
  private final transient HeldCalls held = new HeldCalls();

  // Set before the first record.
  @SuppressWarnings("NullAway.Init")
  private transient KeyQueues<K, IN, OUT, P> queues;

  @SuppressWarnings("NullAway.Init")
  private transient Attempt attempt;

  @SuppressWarnings("NullAway.Init")
  private transient KeyedAsyncMetrics counters;

  @SuppressWarnings("NullAway.Init")
  private transient Valve valve;

  /** The key group whose copies of control records are heeded. */
  private transient int controlGroup;

  private transient boolean restored;
  private transient boolean savepoint;
  private transient @Nullable OperatorContext<OUT> context;

  KeyedAsyncOperator(
      StreamOperatorParameters<OUT> parameters,
      KeyedAsyncFunction<K, IN, CONTROL, OUT, P> function,
      InFlightLimits limits,
      EpochSource epochs,
      TypeInformation<IN> inputType,
      TypeInformation<P> progressType,
      int keyGroups) {
    super(parameters);
    this.function = function;
    this.limits = limits;
    this.epochs = epochs;
    this.inputType = inputType;
    this.progressType = progressType;
    this.keyGroups = keyGroups;
    mailbox = parameters.getMailboxExecutor();
    out = new OutputEmitter<>(output);
    taskThread = new TaskThread(mailbox);
    sideOutputs = new SideOutputs(taskThread, out);
  }

  @Override
  public void initializeState(StateInitializationContext state) throws Exception {
    super.initializeState(state);
    TaskInfo task = getRuntimeContext().getTaskInfo();
    restored = state.isRestored();
    attempt = new Attempt(state, epochs);
    queues =
        new KeyQueues<>(
            state.getKeyedStateStore(),
            inputType,
            progressType,
            watermarks,
            limits,
            function::rank,
            function::mark);
    counters = KeyedAsyncMetrics.register(getMetricGroup(), queues);
    valve = new Valve(mailbox, counters.valveOpened());
    controlGroup = firstKeyGroup(task);
  }

  private int firstKeyGroup(TaskInfo task) {
    int actual = task.getMaxNumberOfParallelSubtasks();
    if (actual != keyGroups) {
      throw new IllegalStateException(
          String.format(
              "Max parallelism of %s is %d, but control records are copied for %d;"
                  + " set it by pipeline.max-parallelism only",
              task.getTaskName(), actual, keyGroups));
    }
    return KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex(
            keyGroups, task.getNumberOfParallelSubtasks(), task.getIndexOfThisSubtask())
        .getStartKeyGroup();
  }

  @Override
  public void open() throws Exception {
    super.open();
    KeyedStateBackend<K> backend = getKeyedStateBackend();
    KeyScans<K, OUT> scans =
        new KeyScans<>(backend, taskThread, key -> !queues.lane(key).isEmpty(), out);
    context =
        new OperatorContext<>(
            this,
            getInternalTimerService("keyed-async", VoidNamespaceSerializer.INSTANCE, this),
            out,
            scans,
            () -> new InFlight(queues.accepted(), queues.running(), queues.aside()),
            out::nanos,
            restored,
            attempt.number());
    function.open(context);
    queues.restore(backend);
    for (Lane<K, IN, OUT, P> lane : queues.busyLanes()) {
      setCurrentKey(lane.key());
      startHead(lane);
    }
    takeBack();
    if (!held.isHolding()) {
      overtake();
    }
  }

  // ---- inputs

  @Override
  public void processElement1(StreamRecord<IN> record) throws Exception {
    @SuppressWarnings("unchecked")
    K key = (K) getCurrentKey();
    IN input = record.getValue();
    Lane<K, IN, OUT, P> lane = queues.lane(key);
    if (!held.isHolding() && function.overtakes(input)) {
      function.overtake(key, input, lane, out);
      afterCallback(lane);
      return;
    }
    valve.await(queues, key, held);
    setCurrentKey(key); // waiting ran other keys' completions
    lane = queues.lane(key);
    queues.add(lane, input);
    startHead(lane);
    takeBack();
  }

  /** Has what overtakes and had to wait, because calls were held, overtake now. */
  private void overtake() throws Exception {
    for (Lane<K, IN, OUT, P> lane : queues.busyLanes()) {
      setCurrentKey(lane.key());
      for (IN input : lane.removeAllWaiting(function::overtakes)) {
        setCurrentKey(lane.key());
        function.overtake(lane.key(), input, lane, out);
        afterCallback(lane);
      }
    }
  }

  @Override
  public void processElement2(StreamRecord<Tuple2<Integer, CONTROL>> copy) throws Exception {
    if (copy.getValue().f0 == controlGroup) {
      function.control(copy.getValue().f1, out);
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    watermarks.hold(mark);
    releaseWatermarks();
  }

  private void releaseWatermarks() throws Exception {
    for (Watermark mark = watermarks.poll(); mark != null; mark = watermarks.poll()) {
      super.processWatermark(mark);
    }
  }

  // ---- calls; the key is current

  private void startHead(Lane<K, IN, OUT, P> lane) throws Exception {
    Lane.Entry<IN> head = lane.head();
    if (head == null || lane.running() != null) {
      return;
    }
    IN input = head.input();
    var call =
        new Call<K, IN, OUT, P>(lane, input, taskThread, sideOutputs, this::complete, this::run);
    List<P> progress = queues.progress(lane);
    AsyncCall<P> work = function.start(lane.key(), input, progress, call);
    call.started(work, timeoutOf(call));
    queues.start(lane, call);
  }

  private @Nullable Future<?> timeoutOf(Call<K, IN, OUT, P> call) {
    long millis = function.timeoutMillis(call.input());
    if (millis <= 0) {
      return null;
    }
    var clock = getProcessingTimeService();
    return clock.registerTimer(clock.getCurrentProcessingTime() + millis, time -> timeout(call));
  }

  private void timeout(Call<K, IN, OUT, P> call) throws Exception {
    if (call.hasEnded() || call.isCompleting() || taskThread.isClosed()) {
      return;
    }
    counters.timeouts().inc();
    K key = call.lane().key();
    setCurrentKey(key);
    function.timeout(key, call.input(), call.work(), call);
  }

  /** See {@link KeyedAsyncContext#hold}. */
  void hold(boolean hold) throws Exception {
    if (hold == held.isHolding()) {
      return;
    }
    held.setHolding(hold);
    if (!hold) {
      held.release();
      overtake();
    }
  }

  private void complete(Call<K, IN, OUT, P> call, TaskAction<OUT> action) throws Exception {
    if (held.isHolding()) {
      held.add(() -> complete(call, action));
      return;
    }
    if (call.hasEnded()) {
      counters.staleCompletions().inc();
      return;
    }
    sideOutputs.drain();
    Lane<K, IN, OUT, P> lane = call.lane();
    setCurrentKey(lane.key());
    action.run(out);
    queues.finishHead(lane);
    counters.completed().inc();
    afterCallback(lane);
  }

  private void run(Call<K, IN, OUT, P> call, TaskAction<OUT> action) throws Exception {
    if (held.isHolding()) {
      held.add(() -> run(call, action));
      return;
    }
    if (!call.hasEnded() && !call.isCompleting()) {
      setCurrentKey(call.lane().key());
      action.run(out);
    }
  }

  /** Starts what may start after the lane was changed. May change the current key. */
  private void afterCallback(Lane<K, IN, OUT, P> lane) throws Exception {
    startHead(lane);
    takeBack();
    releaseWatermarks();
  }

  /** Brings inputs that were set aside to hand as far as there is room, and starts them. */
  private void takeBack() throws Exception {
    for (Lane<K, IN, OUT, P> lane = queues.nextAside(); lane != null; lane = queues.nextAside()) {
      setCurrentKey(lane.key());
      queues.takeBack(lane);
      startHead(lane);
    }
  }

  // ---- timers of the function

  @Override
  public void onProcessingTime(InternalTimer<K, VoidNamespace> timer) throws Exception {
    Lane<K, IN, OUT, P> lane = queues.lane(timer.getKey());
    function.onTimer(timer.getKey(), timer.getTimestamp(), lane, out);
    afterCallback(lane);
  }

  @Override
  public void onEventTime(InternalTimer<K, VoidNamespace> timer) {
    throw new IllegalStateException("No event time timers are registered");
  }

  // ---- checkpoints and the end

  /** Before the barrier, so that side outputs that the progress counts are ahead of it. */
  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    queues.storeProgress(this);
    sideOutputs.drain();
  }

  @Override
  public OperatorSnapshotFutures snapshotState(
      long checkpointId, long timestamp, CheckpointOptions options, CheckpointStreamFactory streams)
      throws Exception {
    savepoint = options.getCheckpointType().isSavepoint();
    return super.snapshotState(checkpointId, timestamp, options, streams);
  }

  @Override
  public void snapshotState(StateSnapshotContext state) throws Exception {
    super.snapshotState(state);
    attempt.store();
    function.snapshot(state.getCheckpointId(), savepoint);
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    super.notifyCheckpointComplete(checkpointId);
    function.completed(checkpointId);
  }

  @Override
  public void endInput(int input) throws Exception {
    if (input == 1) {
      awaitAll();
    }
  }

  @Override
  public void finish() throws Exception {
    awaitAll();
    sideOutputs.drain();
    super.finish();
  }

  private void awaitAll() throws Exception {
    hold(false);
    while (!queues.isEmpty()) {
      mailbox.yield();
    }
  }

  @Override
  public void close() throws Exception {
    taskThread.close();
    try {
      if (context != null) {
        context.close();
        try {
          queues.busyLanes().forEach(KeyedAsyncOperator::cancel);
        } finally {
          function.close();
        }
      }
    } finally {
      super.close();
    }
  }

  private static void cancel(Lane<?, ?, ?, ?> lane) {
    AsyncCall<?> call = lane.runningCall();
    if (call != null) {
      call.cancel();
    }
  }

  KeyedAsyncMetrics counters() {
    return counters;
  }
}
