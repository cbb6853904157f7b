package io.caudal.stream.operator;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.flink.util.OutputTag;

/** Values that running calls send to side outputs: any thread adds, one mail drains them all. */
final class SideOutputs {

  private final TaskThread taskThread;
  private final Emitter<?> out;
  private final Queue<Value<?>> values = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean drainSent = new AtomicBoolean();

  SideOutputs(TaskThread taskThread, Emitter<?> out) {
    this.taskThread = taskThread;
    this.out = out;
  }

  /** Any thread. */
  <T> void add(Call<?, ?, ?, ?> call, OutputTag<T> tag, Supplier<T> value) {
    values.add(new Value<>(call, tag, value));
    if (drainSent.compareAndSet(false, true)) {
      taskThread.execute(this::drain, "emit side outputs");
    }
  }

  /** Task thread. Emits what came so far, except for calls that have ended. */
  void drain() {
    drainSent.set(false);
    for (Value<?> value = values.poll(); value != null; value = values.poll()) {
      value.emit(out);
    }
  }

  private record Value<T>(Call<?, ?, ?, ?> call, OutputTag<T> tag, Supplier<T> value) {
    void emit(Emitter<?> out) {
      if (!call.hasEnded()) {
        out.emit(tag, value.get());
      }
    }
  }
}
