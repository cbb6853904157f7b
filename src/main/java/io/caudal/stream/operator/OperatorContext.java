package io.caudal.stream.operator;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.InternalTimerService;

/** The function's view of its operator. */
final class OperatorContext<OUT> implements KeyedAsyncContext<OUT>, AutoCloseable {

  private final KeyedAsyncOperator<?, ?, ?, OUT, ?> operator;
  private final InternalTimerService<VoidNamespace> timers;
  private final Emitter<OUT> out;
  private final KeyScans<?, OUT> scans;
  private final Supplier<InFlight> inFlight;
  private final LongSupplier emitNanos;
  private final boolean restored;
  private final long attempt;
  private final List<Future<?>> periodic = new ArrayList<>();

  OperatorContext(
      KeyedAsyncOperator<?, ?, ?, OUT, ?> operator,
      InternalTimerService<VoidNamespace> timers,
      Emitter<OUT> out,
      KeyScans<?, OUT> scans,
      Supplier<InFlight> inFlight,
      LongSupplier emitNanos,
      boolean restored,
      long attempt) {
    this.operator = operator;
    this.timers = timers;
    this.out = out;
    this.scans = scans;
    this.inFlight = inFlight;
    this.emitNanos = emitNanos;
    this.restored = restored;
    this.attempt = attempt;
  }

  @Override
  public RuntimeContext runtime() {
    return operator.getRuntimeContext();
  }

  @Override
  public String stateBackend() {
    return operator.getKeyedStateBackend().getBackendTypeIdentifier();
  }

  @Override
  public boolean isRestored() {
    return restored;
  }

  @Override
  public long attempt() {
    return attempt;
  }

  @Override
  public <UK, UV> BroadcastState<UK, UV> broadcastState(MapStateDescriptor<UK, UV> descriptor)
      throws Exception {
    return operator.getOperatorStateBackend().getBroadcastState(descriptor);
  }

  @Override
  public <T> ListState<T> unionState(ListStateDescriptor<T> descriptor) throws Exception {
    return operator.getOperatorStateBackend().getUnionListState(descriptor);
  }

  @Override
  public int currentKeyGroup() {
    int keyGroups = operator.getRuntimeContext().getTaskInfo().getMaxNumberOfParallelSubtasks();
    return KeyGroupRangeAssignment.assignToKeyGroup(operator.getCurrentKey(), keyGroups);
  }

  @Override
  public <K> void scan(Class<K> keys, String state, KeyVisit<K, OUT> visit, TaskAction<OUT> end) {
    scans.start(state, (key, busy, to) -> visit.visit(keys.cast(key), busy, to), end);
  }

  @Override
  public <K> void visit(K key, KeyVisit<K, OUT> visit) {
    scans.visit(key, visit);
  }

  @Override
  public long currentTimeMillis() {
    return timers.currentProcessingTime();
  }

  @Override
  public List<Path> temporaryFolders() {
    var taskManager = operator.getRuntimeContext().getTaskManagerRuntimeInfo();
    return Arrays.stream(taskManager.getTmpDirectories()).map(Path::of).toList();
  }

  @Override
  public InFlight inFlight() {
    return inFlight.get();
  }

  @Override
  public long emitNanos() {
    return emitNanos.getAsLong();
  }

  @Override
  public void registerTimer(long timestampMillis) {
    timers.registerProcessingTimeTimer(VoidNamespace.INSTANCE, timestampMillis);
  }

  @Override
  public void deleteTimer(long timestampMillis) {
    timers.deleteProcessingTimeTimer(VoidNamespace.INSTANCE, timestampMillis);
  }

  @Override
  public void hold(boolean hold) throws Exception {
    operator.hold(hold);
  }

  @Override
  public void execute(TaskAction<OUT> action) {
    scans.execute(action);
  }

  @Override
  public void after(Duration delay, TaskAction<OUT> action) {
    long due = currentTimeMillis() + delay.toMillis();
    var unused = operator.getProcessingTimeService().registerTimer(due, time -> action.run(out));
  }

  @Override
  public void every(Duration interval, TaskAction<OUT> action) {
    long millis = interval.toMillis();
    periodic.add(
        operator
            .getProcessingTimeService()
            .scheduleWithFixedDelay(time -> action.run(out), millis, millis));
  }

  @Override
  public void close() {
    scans.close();
    periodic.forEach(task -> task.cancel(false));
  }
}
