package io.caudal.stream.inference;

import io.caudal.protocol.Result;
import io.caudal.stream.operator.AsyncCall;
import io.caudal.stream.operator.Completion;
import org.jspecify.annotations.Nullable;

/**
 * A request that waits for a place in {@link Prefetch} before its session's KV is read. Task thread
 * only.
 */
final class WaitingCall implements StageTimeouts.Staged {
  /** Reads KV and begins the work, with the call's key set; what it returns has yet to end. */
  interface Start {
    AsyncCall<int[]> start() throws Exception;
  }

  private enum Stage {
    WAITING,
    PLACED,
    BEGUN,
    GIVEN_UP
  }

  private final Prefetch prefetch;
  private final Completion<Result> completion;
  private final Start start;
  private Stage stage = Stage.WAITING;
  private @Nullable AsyncCall<int[]> work;

  WaitingCall(Prefetch prefetch, Completion<Result> completion, Start start) {
    this.prefetch = prefetch;
    this.completion = completion;
    this.start = start;
  }

  /** There is a place. */
  void placed() {
    stage = Stage.PLACED;
    completion.run(
        out -> {
          if (stage == Stage.PLACED) {
            stage = Stage.BEGUN;
            work = start.start();
            prefetch.read();
          }
        });
  }

  /** The work, once it has begun. */
  @Nullable AsyncCall<int[]> work() {
    return work;
  }

  @Override
  public int @Nullable [] snapshot() {
    return work == null ? null : work.snapshot();
  }

  @Override
  public boolean hasBegun() {
    return work instanceof StageTimeouts.Staged own ? own.hasBegun() : hasEnded();
  }

  @Override
  public boolean hasEnded() {
    return work instanceof StageTimeouts.Staged own
        ? own.hasEnded()
        : work != null || stage == Stage.GIVEN_UP;
  }

  @Override
  public void cancel() {
    if (work != null) {
      work.cancel();
    } else if (stage == Stage.PLACED) {
      stage = Stage.GIVEN_UP;
      prefetch.leave();
    } else {
      stage = Stage.GIVEN_UP;
      prefetch.forget(this);
    }
  }
}
