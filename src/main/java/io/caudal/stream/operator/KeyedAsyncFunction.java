package io.caudal.stream.operator;

import java.io.Serializable;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * What a {@link KeyedAsyncOperator} runs for the records of a key: asynchronous work that begins
 * and ends with the key's state at hand.
 *
 * <p>All methods are called on the task thread and must not block. Work that {@link #start} hands
 * to other threads must not touch state: read what it needs in {@code start}, write in the action
 * given to {@link Completion#complete}.
 *
 * <p>Of one key, one call runs at a time, in the order of arrival; keys don't wait for each other.
 * Inputs are kept in keyed state until their call has completed, so after a failure or a rescale
 * exactly those that were not covered by the checkpoint start again. Inputs must not be modified.
 *
 * @param <K> keys
 * @param <IN> inputs
 * @param <CONTROL> records that every subtask gets
 * @param <OUT> records of the main output
 * @param <P> progress: a piece of what is worth keeping of an unfinished call
 */
public interface KeyedAsyncFunction<K, IN, CONTROL, OUT, P> extends Serializable {

  /** Called once, before anything else. No key is set. */
  default void open(KeyedAsyncContext<OUT> context) throws Exception {}

  /**
   * Starts the work for the first input of a key, whose state is current.
   *
   * @param progress what the input's calls said in {@link AsyncCall#snapshot}, in that order; empty
   *     if it starts for the first time or they had said nothing
   */
  AsyncCall<P> start(K key, IN input, List<P> progress, Completion<OUT> completion)
      throws Exception;

  /**
   * Whether the input must not wait behind its key's earlier inputs, as a cancellation must not:
   * {@link #overtake} gets it then. Asked again of what has waited, so it must go by the input
   * alone.
   */
  default boolean overtakes(IN input) {
    return false;
  }

  /**
   * Deals with an input that {@link #overtakes}: at once, even if the operator is full, but not
   * while it is {@linkplain KeyedAsyncContext#hold held}. Such an input comes to {@link #start} if
   * nothing was ahead of it then.
   *
   * @param queue what the key has in the operator, without this input
   */
  default void overtake(K key, IN input, KeyQueue<IN, P> queue, Emitter<OUT> out) throws Exception {
    throw new UnsupportedOperationException("overtakes() without overtake()");
  }

  /** Which inputs come first when more have come than the operator can have at hand. */
  default Rank rank(IN input) {
    return Rank.NONE;
  }

  /**
   * By what {@link KeyQueue#removeWaiting} tells inputs apart that it need not read from state:
   * such as a hash of their name.
   */
  default int mark(IN input) {
    return 0;
  }

  /** How long the call for this input may run from its start, again after a restart; 0: forever. */
  default long timeoutMillis(IN input) {
    return 0;
  }

  /**
   * The call ran longer than {@link #timeoutMillis}; called once a call, with its key set. Must see
   * to it that the call completes.
   */
  default void timeout(K key, IN input, AsyncCall<P> call, Completion<OUT> completion)
      throws Exception {
    completion.fail(
        new TimeoutException(
            "Call of key " + key + " ran longer than " + timeoutMillis(input) + " ms"));
  }

  /** A record of the control stream; every subtask gets each of them. No key is set. */
  default void control(CONTROL record, Emitter<OUT> out) throws Exception {}

  /**
   * A timer of {@link KeyedAsyncContext#registerTimer} is due. Its key is set, and may be busy:
   * look at the queue before clearing state that a running call builds on.
   */
  default void onTimer(K key, long timestampMillis, KeyQueue<IN, P> queue, Emitter<OUT> out)
      throws Exception {}

  /**
   * A checkpoint is taken: what was emitted until now is part of it, what comes is not, and what
   * {@link KeyedAsyncContext#unionState} is to hold is due now. No key is set.
   *
   * @param savepoint whether another job may go on from it, and this one never will by itself
   */
  default void snapshot(long checkpointId, boolean savepoint) throws Exception {}

  /** The checkpoint is complete: what belongs to it is committed. */
  default void completed(long checkpointId) {}

  /** Called once, after running calls were cancelled; also if {@link #open} failed. */
  default void close() throws Exception {}
}
