package io.caudal.stream.job;

import io.caudal.adapt.Controller;
import io.caudal.adapt.ControllerState;
import io.caudal.adapt.Move;
import io.caudal.adapt.Trial;
import io.caudal.adapt.WindowFigures;
import io.caudal.config.AdaptiveMode;
import io.caudal.config.AdaptiveSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.ControlChange;
import io.caudal.protocol.MetricsRecord;
import io.caudal.stream.state.ControllerStateJson;
import io.caudal.stream.state.WireTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The adaptive controller over the metrics of all subtasks; it has one itself. A change leaves only
 * when a checkpoint holds that it was asked for: after a restart the controller knows its own
 * changes, and takes none of them for somebody else's.
 */
final class AdaptiveControl extends ProcessFunction<MetricsRecord, ControlChange>
    implements CheckpointedFunction, CheckpointListener {
  private static final String BY = "adaptive";

  /** Of a window, while not all subtasks have said something. */
  private static final int MOST_RECORDS = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(AdaptiveControl.class);

  private transient @Nullable ListState<byte[]> storedController;
  private transient @Nullable ListState<ControlChange> storedChange;
  private transient @Nullable Controller controller;

  /** Of each subtask, in the order in which they came. */
  private transient @Nullable Map<Integer, List<MetricsRecord>> window;

  /** Decided, not sent; {@code heldBy} is the first checkpoint with it. */
  private transient @Nullable ControlChange due;

  private transient long heldBy;
  private transient boolean isHeld;

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    storedController =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>(
                    "controller", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    storedChange =
        context
            .getOperatorStateStore()
            .getListState(new ListStateDescriptor<>("change", WireTypes.CONTROL_CHANGE));
    ControllerState state = ControllerState.NEW;
    for (byte[] json : storedController.get()) {
      state = ControllerStateJson.read(json);
    }
    controller = new Controller(state);
    window = new TreeMap<>();
    for (ControlChange change : storedChange.get()) {
      due = change;
      isHeld = true;
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    if (storedController == null || storedChange == null || controller == null) {
      throw new IllegalStateException("not initialized");
    }
    storedController.update(List.of(ControllerStateJson.write(controller.state())));
    storedChange.update(due == null ? List.of() : List.of(due));
    if (due != null && heldBy == 0) {
      heldBy = context.getCheckpointId();
    }
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) {
    isHeld |= due != null && heldBy != 0 && checkpointId >= heldBy;
  }

  @Override
  public void processElement(MetricsRecord record, Context context, Collector<ControlChange> out) {
    if (window == null) {
      throw new IllegalStateException("not initialized");
    }
    Settings inForce = Settings.ofKnown(record.about().settings());
    AdaptiveSettings wanted = AdaptiveSettings.from(inForce);
    if (wanted.mode() != AdaptiveMode.ON) {
      window.clear();
      controller = new Controller(ControllerState.NEW);
      due = null;
      return;
    }
    if (due != null && isHeld) {
      send(due, record, out);
      due = null;
    }
    List<MetricsRecord> own = window.getOrDefault(record.subtask(), List.of());
    if (!own.isEmpty() && own.get(0).attempt() != record.attempt()) {
      window.clear(); // of an earlier run
    }
    window
        .computeIfAbsent(record.subtask(), subtask -> new ArrayList<>())
        .add(record.withoutDetails());
    long span = spanMillis(window, record.about().subtasks());
    if (span >= wanted.interval().toMillis()) {
      observe(window.values().stream().flatMap(List::stream).toList());
      keepNewest(window);
    } else if (span <= 0 && window.values().stream().mapToInt(List::size).sum() >= MOST_RECORDS) {
      keepNewest(window); // a subtask says nothing, or a clock went back
    }
  }

  /** The least time that any subtask's records span; 0 if one has none. */
  private static long spanMillis(Map<Integer, List<MetricsRecord>> window, int subtasks) {
    if (window.size() < subtasks) {
      return 0;
    }
    return window.values().stream()
        .mapToLong(own -> own.get(own.size() - 1).windowEndMillis() - own.get(0).windowEndMillis())
        .min()
        .orElse(0);
  }

  private static void keepNewest(Map<Integer, List<MetricsRecord>> window) {
    window.values().forEach(own -> own.subList(0, own.size() - 1).clear());
  }

  /** Unless somebody else was faster: then the controller sees that in its next window. */
  private void send(ControlChange change, MetricsRecord now, Collector<ControlChange> out) {
    Trial trial = controller == null ? null : controller.state().trial();
    if (trial != null && trial.beginsAt(now)) {
      LOG.info("{}: {}", change.set(), change.reason());
      out.collect(change);
    }
  }

  /** While a change waits for its checkpoint, nothing is looked at: nobody has been asked yet. */
  private void observe(List<MetricsRecord> records) {
    if (controller != null && due == null) {
      WindowFigures.of(records).flatMap(controller::observe).ifPresent(this::ask);
    }
  }

  private void ask(Move move) {
    String id = BY + "-" + UUID.randomUUID().toString().substring(0, 8);
    due = new ControlChange(id, Map.of(move.key(), move.to()), List.of(), BY, move.reason(), null);
    heldBy = 0;
    isHeld = false;
  }
}
