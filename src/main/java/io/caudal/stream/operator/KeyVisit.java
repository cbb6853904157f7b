package io.caudal.stream.operator;

/**
 * What a {@link KeyedAsyncContext#scan} does at each key.
 *
 * @param <K> keys
 * @param <OUT> records of the operator's main output
 */
@FunctionalInterface
public interface KeyVisit<K, OUT> {
  /**
   * The key is set, so its state may be read and written. Must be quick: many keys are visited in
   * one go.
   *
   * @param busy whether inputs of the key are queued or running
   */
  void visit(K key, boolean busy, Emitter<OUT> out) throws Exception;
}
