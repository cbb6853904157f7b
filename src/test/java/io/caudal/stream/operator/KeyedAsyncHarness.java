package io.caudal.stream.operator;

import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.mailbox.Mail;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/** One subtask of the operator on the test's thread; mails run when {@link #pump} says so. */
final class KeyedAsyncHarness extends AbstractStreamOperatorTestHarness<String> {

  static final int KEY_GROUPS = 16;

  private final ScriptedFunction function;
  private long checkpoints;
  private boolean closed;

  KeyedAsyncHarness(ScriptedFunction function, InFlightLimits limits, int parallelism, int index)
      throws Exception {
    super(
        new KeyedAsyncOperatorFactory<String, Item, String, String, Integer>(
            function,
            limits,
            new CountedEpochs(),
            TypeInformation.of(Item.class),
            Types.INT,
            KEY_GROUPS),
        KEY_GROUPS,
        parallelism,
        index);
    this.function = function;
    KeySelector<Item, String> byKey = Item::key;
    getStreamConfig().setStatePartitioner(0, byKey);
    getStreamConfig().setStateKeySerializer(StringSerializer.INSTANCE);
    getStreamConfig().serializeAllConfigs();
    var rocksDb = new EmbeddedRocksDBStateBackend();
    rocksDb.getMemoryConfiguration().setUseManagedMemory(false); // the harness has too little
    setStateBackend(rocksDb);
    setProcessingTime(1_000);
  }

  /** A running subtask, alone and empty. */
  static KeyedAsyncHarness started(ScriptedFunction function, InFlightLimits limits)
      throws Exception {
    var harness = new KeyedAsyncHarness(function, limits, 1, 0);
    harness.setup(StringSerializer.INSTANCE);
    harness.initializeEmptyState();
    harness.open();
    return harness;
  }

  static KeyedAsyncHarness started() throws Exception {
    return started(new ScriptedFunction(), new InFlightLimits(100, 200));
  }

  /** A running subtask that has its share of what one subtask stored. */
  static KeyedAsyncHarness restored(OperatorSubtaskState state, int parallelism, int index)
      throws Exception {
    return restored(state, new InFlightLimits(100, 200), parallelism, index);
  }

  static KeyedAsyncHarness restored(
      OperatorSubtaskState state, InFlightLimits limits, int parallelism, int index)
      throws Exception {
    var harness = new KeyedAsyncHarness(new ScriptedFunction(), limits, parallelism, index);
    harness.setup(StringSerializer.INSTANCE);
    harness.initializeState(repartitionOperatorState(state, KEY_GROUPS, 1, parallelism, index));
    harness.open();
    return harness;
  }

  ScriptedFunction function() {
    return function;
  }

  @SuppressWarnings("unchecked")
  KeyedAsyncOperator<String, Item, String, String, Integer> keyedAsync() {
    return (KeyedAsyncOperator<String, Item, String, String, Integer>) operator;
  }

  void process(String key, int n) throws Exception {
    var record = new StreamRecord<>(new Item(key, n));
    keyedAsync().setKeyContextElement1(record);
    keyedAsync().processElement1(record);
  }

  void control(int keyGroup, String record) throws Exception {
    keyedAsync().processElement2(new StreamRecord<>(Tuple2.of(keyGroup, record)));
  }

  void watermark(long timestamp) throws Exception {
    keyedAsync().processWatermark1(new Watermark(timestamp));
    keyedAsync().processWatermark2(new Watermark(timestamp));
  }

  /** Ends the input's call and runs what follows from it. */
  void finish(String key, int n) throws Exception {
    function.call(key, n).finish();
    pump();
  }

  /** Runs all mails. */
  void pump() throws Exception {
    for (Optional<Mail> mail = getTaskMailbox().tryTake(-1);
        mail.isPresent();
        mail = getTaskMailbox().tryTake(-1)) {
      mail.get().run();
    }
  }

  /** A mail that may not run while the operator yields, as a checkpoint's. */
  void sendCheckpointMail() {
    getTaskMailbox().put(new Mail(() -> {}, -1, "checkpoint"));
  }

  OperatorSubtaskState checkpoint() throws Exception {
    checkpoints++;
    prepareSnapshotPreBarrier(checkpoints);
    return snapshot(checkpoints, getProcessingTime());
  }

  /** What was emitted since the last call. */
  List<String> takeOutput() {
    List<String> values = List.copyOf(extractOutputValues());
    getOutput().clear();
    return values;
  }

  List<String> sideOutput(OutputTag<String> tag) {
    var records = getSideOutput(tag);
    return records == null ? List.of() : records.stream().map(StreamRecord::getValue).toList();
  }

  KeyedAsyncMetrics counters() {
    return keyedAsync().counters();
  }

  /** As after a failure: nothing is waited for. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      operator.close();
      getEnvironment().close();
    } catch (Exception e) {
      throw new AssertionError("The operator did not close", e);
    }
  }
}
