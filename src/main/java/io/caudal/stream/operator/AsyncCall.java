package io.caudal.stream.operator;

import org.jspecify.annotations.Nullable;

/**
 * One running piece of asynchronous work, as the operator sees it. Both methods are called on the
 * task thread and must return at once.
 *
 * @param <P> progress: a piece of what is worth keeping of an unfinished call
 */
public interface AsyncCall<P> {

  /**
   * Called at each checkpoint: what has come since the last one that a restarted call should know;
   * null if nothing has. All pieces are kept until the call ends. Whatever was {@linkplain
   * Completion#emit emitted} before this returns leaves the operator before the checkpoint's
   * barrier, so a call that emits first and then counts it as progress loses nothing by a crash.
   */
  @Nullable P snapshot();

  /**
   * Asks the work to stop soon. The call may still complete, for example with what it has; if the
   * operator has already given it up, that completion is dropped.
   */
  void cancel();
}
