package io.caudal.stream.operator;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.flink.util.OutputTag;
import org.apache.flink.util.function.BiConsumerWithException;
import org.jspecify.annotations.Nullable;

/** One run of the function for a lane's head, from start until it ends in whatever way. */
final class Call<K, IN, OUT, P> implements Completion<OUT> {

  private final Lane<K, IN, OUT, P> lane;
  private final IN input;
  private final TaskThread taskThread;
  private final SideOutputs sideOutputs;
  private final BiConsumerWithException<Call<K, IN, OUT, P>, TaskAction<OUT>, Exception> onComplete;
  private final BiConsumerWithException<Call<K, IN, OUT, P>, TaskAction<OUT>, Exception> onRun;

  private @Nullable AsyncCall<P> work;
  private @Nullable Future<?> timeout;
  private boolean ended;
  private volatile boolean completing;

  Call(
      Lane<K, IN, OUT, P> lane,
      IN input,
      TaskThread taskThread,
      SideOutputs sideOutputs,
      BiConsumerWithException<Call<K, IN, OUT, P>, TaskAction<OUT>, Exception> onComplete,
      BiConsumerWithException<Call<K, IN, OUT, P>, TaskAction<OUT>, Exception> onRun) {
    this.lane = lane;
    this.input = input;
    this.taskThread = taskThread;
    this.sideOutputs = sideOutputs;
    this.onComplete = onComplete;
    this.onRun = onRun;
  }

  void started(AsyncCall<P> work, @Nullable Future<?> timeout) {
    this.work = work;
    this.timeout = timeout;
  }

  Lane<K, IN, OUT, P> lane() {
    return lane;
  }

  IN input() {
    return input;
  }

  AsyncCall<P> work() {
    if (work == null) {
      throw new IllegalStateException("The call of key " + lane.key() + " has not started");
    }
    return work;
  }

  /** True once a completion is on its way. */
  boolean isCompleting() {
    return completing;
  }

  /** Task thread. From here on completions are stale and side output values are dropped. */
  void end() {
    ended = true;
    if (timeout != null) {
      timeout.cancel(false);
    }
  }

  /** Task thread. */
  boolean hasEnded() {
    return ended;
  }

  @Override
  public void complete(TaskAction<OUT> action) {
    completing = true;
    taskThread.execute(() -> onComplete.accept(this, action), "complete a keyed call");
  }

  @Override
  public void run(TaskAction<OUT> action) {
    taskThread.execute(() -> onRun.accept(this, action), "go on with a keyed call");
  }

  @Override
  public void fail(Throwable cause) {
    complete(
        out -> {
          throw new ExecutionException("The call of key " + lane.key() + " failed", cause);
        });
  }

  @Override
  public <T> void emit(OutputTag<T> tag, Supplier<T> value) {
    if (!completing) {
      sideOutputs.add(this, tag, value);
    }
  }
}
