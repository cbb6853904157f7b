package io.caudal.stream.inference;

import io.caudal.protocol.Request;
import io.caudal.protocol.Result;
import io.caudal.stream.operator.AsyncCall;
import io.caudal.stream.operator.Completion;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** Calls whose first token is not there yet, oldest first. Task thread only. */
final class FirstTokens {

  /** A call that tells whether it has its first token, or has ended without. */
  interface Begins extends AsyncCall<int[]> {
    boolean hasBegun();
  }

  /** A call that was started then. */
  record Start(
      String key,
      Request request,
      Begins call,
      Completion<Result> completion,
      long startedMillis) {}

  /** Ends a call that has waited too long. */
  interface GivingUp {
    void giveUp(Start late);
  }

  private final Deque<Start> waiting = new ArrayDeque<>();

  void add(Start start) {
    waiting.add(start);
  }

  /**
   * @param limit zero for none
   */
  void check(long nowMillis, Duration limit, GivingUp givingUp) {
    waiting.removeIf(start -> start.call().hasBegun());
    while (!limit.isZero() && !waiting.isEmpty()) {
      if (nowMillis - waiting.peek().startedMillis() < limit.toMillis()) {
        return;
      }
      givingUp.giveUp(waiting.remove());
    }
  }
}
