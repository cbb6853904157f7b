package io.caudal.stream.operator;

import org.apache.flink.util.OutputTag;

/**
 * The operator's outputs, for the task thread only. Records leave without an event timestamp.
 *
 * @param <OUT> records of the main output
 */
public interface Emitter<OUT> {

  void emit(OUT value);

  <T> void emit(OutputTag<T> tag, T value);
}
