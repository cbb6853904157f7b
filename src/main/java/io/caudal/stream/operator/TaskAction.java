package io.caudal.stream.operator;

/**
 * Something to do on the task thread.
 *
 * @param <OUT> records of the operator's main output
 */
@FunctionalInterface
public interface TaskAction<OUT> {

  /** An exception fails the task. */
  void run(Emitter<OUT> out) throws Exception;
}
