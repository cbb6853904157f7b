package io.caudal.stream.operator;

import java.util.function.Supplier;
import org.apache.flink.util.OutputTag;

/**
 * Where a call reports to. Any thread may use it, also inside {@link KeyedAsyncFunction#start}; its
 * effects always happen later, on the task thread.
 *
 * @param <OUT> records of the operator's main output
 */
public interface Completion<OUT> {

  /**
   * Ends the call. The action runs on the task thread with the call's key set, so it may read and
   * write keyed state and emit; then the key's next input starts. The first completion counts, any
   * other is dropped, as is one that comes after the operator gave the call up.
   */
  void complete(TaskAction<OUT> action);

  /**
   * Runs an action on the task thread with the call's key set, as {@link #complete} does, and the
   * call goes on. Dropped if the call has ended before.
   */
  void run(TaskAction<OUT> action);

  /** Ends the call by failing the task, which starts it again from the last checkpoint. */
  void fail(Throwable cause);

  /**
   * Sends a value to a side output while the call runs. A call's values keep their order, come
   * before whatever its completion emits, and never after it.
   *
   * @param value made on the task thread when it is sent, so not if the call has ended by then
   */
  <T> void emit(OutputTag<T> tag, Supplier<T> value);
}
