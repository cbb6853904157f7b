package io.caudal.stream.operator;

import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/** Emits to a Flink output. */
record OutputEmitter<OUT>(Output<StreamRecord<OUT>> output) implements Emitter<OUT> {

  @Override
  public void emit(OUT value) {
    output.collect(new StreamRecord<>(value));
  }

  @Override
  public <T> void emit(OutputTag<T> tag, T value) {
    output.collect(tag, new StreamRecord<>(value));
  }
}
