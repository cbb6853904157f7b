package io.caudal.stream.operator;

import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.util.OutputTag;

/**
 * Calls that complete on another thread after some milliseconds. Checks against its own state that
 * inputs come once and in order, and fails once on the way.
 */
@SuppressWarnings("NullAway.Init") // open comes first
final class DelayedFunction
    implements KeyedAsyncFunction<String, Item, String, DelayedFunction.Turn, Integer> {

  /** A result: the n-th of its key, made in some attempt. */
  public record Turn(String key, int n, long attempt) {}

  static final OutputTag<String> PIECES = new OutputTag<>("pieces", Types.STRING);

  /** Completed checkpoints since one held progress of running calls; from 2 on, one surely does. */
  static final AtomicInteger checkpointsWithProgress = new AtomicInteger();

  static volatile boolean progressAsked;
  static final AtomicBoolean failed = new AtomicBoolean();

  static final LongAdder restoredProgress = new LongAdder();
  static final Set<Long> attempts = ConcurrentHashMap.newKeySet();

  /** {@code subtask:record} for each control record that came. */
  static final Queue<String> controls = new ConcurrentLinkedQueue<>();

  private final int failAtTurn;
  private transient KeyedAsyncContext<Turn> context;
  private transient ScheduledExecutorService executor;
  private transient ValueState<Integer> turns;
  private transient BroadcastState<String, Boolean> settings;

  DelayedFunction(int failAtTurn) {
    this.failAtTurn = failAtTurn;
  }

  @Override
  public void open(KeyedAsyncContext<Turn> context) throws Exception {
    this.context = context;
    attempts.add(context.attempt());
    executor = Executors.newScheduledThreadPool(2);
    turns = context.runtime().getState(new ValueStateDescriptor<>("turns", Types.INT));
    settings =
        context.broadcastState(new MapStateDescriptor<>("settings", Types.STRING, Types.BOOLEAN));
  }

  @Override
  public AsyncCall<Integer> start(
      String key, Item input, List<Integer> progress, Completion<Turn> completion) {
    if (!progress.isEmpty()) {
      restoredProgress.increment();
    }
    completion.emit(PIECES, () -> key + ":" + input.n());
    schedule(input, completion);
    return new AsyncCall<>() {
      @Override
      public Integer snapshot() {
        progressAsked = true;
        return input.n();
      }

      @Override
      public void cancel() {}
    };
  }

  /** Completes soon, but not the turn that fails before a checkpoint is there to go back to. */
  private void schedule(Item input, Completion<Turn> completion) {
    Runnable complete =
        () -> {
          if (input.n() < failAtTurn || failed.get() || checkpointsWithProgress.get() >= 2) {
            completion.complete(out -> finish(input, out));
          } else {
            schedule(input, completion);
          }
        };
    var unused =
        executor.schedule(complete, ThreadLocalRandom.current().nextInt(30), TimeUnit.MILLISECONDS);
  }

  private void finish(Item input, Emitter<Turn> out) throws Exception {
    Integer before = turns.value();
    int expected = before == null ? 0 : before;
    if (input.n() != expected) {
      throw new IllegalStateException(input + " came where " + expected + " was due");
    }
    turns.update(expected + 1);
    out.emit(new Turn(input.key(), input.n(), context.attempt()));
    if (input.n() == failAtTurn && failed.compareAndSet(false, true)) {
      throw new IllegalStateException("injected failure");
    }
  }

  @Override
  public void control(String record, Emitter<Turn> out) throws Exception {
    if (settings.contains(record)) {
      throw new IllegalStateException(record + " came twice");
    }
    settings.put(record, true);
    controls.add(context.runtime().getTaskInfo().getIndexOfThisSubtask() + ":" + record);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
