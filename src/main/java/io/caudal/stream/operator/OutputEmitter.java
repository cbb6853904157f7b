package io.caudal.stream.operator;

import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/** Emits to a Flink output, and measures how long that held the task thread. */
final class OutputEmitter<OUT> implements Emitter<OUT> {
  private final Output<StreamRecord<OUT>> output;
  private volatile long nanos;

  OutputEmitter(Output<StreamRecord<OUT>> output) {
    this.output = output;
  }

  /** Time spent in emitting since the task started; any thread. */
  long nanos() {
    return nanos;
  }

  @Override
  public void emit(OUT value) {
    long start = System.nanoTime();
    output.collect(new StreamRecord<>(value));
    took(start);
  }

  @Override
  public <T> void emit(OutputTag<T> tag, T value) {
    long start = System.nanoTime();
    output.collect(tag, new StreamRecord<>(value));
    took(start);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // the task thread alone writes
  private void took(long start) {
    nanos += System.nanoTime() - start;
  }
}
