package io.caudal.stream.operator;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one key has in the operator: the input whose call runs and those that wait behind it. A view
 * for the duration of a callback, on the task thread.
 *
 * @param <IN> inputs
 * @param <P> progress of a call
 */
public interface KeyQueue<IN, P> {

  /** True if nothing of this key runs or waits. */
  boolean isEmpty();

  /** The input whose call runs; null if none does. */
  @Nullable IN runningInput();

  /** The running call; null if none runs. */
  @Nullable AsyncCall<P> runningCall();

  /**
   * Takes the matching inputs out of the queue, unstarted; returns them, oldest first.
   *
   * @param mark that all of them have: those in state only that have another are not read
   */
  List<IN> removeWaiting(int mark, Predicate<? super IN> which) throws Exception;

  /**
   * Gives the running call up: it is cancelled, its progress forgotten, and its completion dropped.
   * The key's next input starts after the callback. To let the call end with what it has, cancel
   * {@link #runningCall()} instead.
   *
   * @return false if none runs
   */
  boolean abandonRunning() throws Exception;
}
