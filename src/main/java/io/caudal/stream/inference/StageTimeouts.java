package io.caudal.stream.inference;

import io.caudal.protocol.Request;
import io.caudal.protocol.Result;
import io.caudal.stream.operator.AsyncCall;
import io.caudal.stream.operator.Completion;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How long calls may take to their first token, and from there to their end. Task thread only.
 * Times are those of checks: a stage is known to have begun when it is looked at.
 */
final class StageTimeouts {

  /** A call that tells how far it is. */
  interface Staged extends AsyncCall<int[]> {
    /** Whether it has its first token, or has ended without. */
    boolean hasBegun();

    boolean hasEnded();
  }

  /** A call whose present stage began then. */
  record Started(
      String key, Request request, Staged call, Completion<Result> completion, long sinceMillis) {

    Started since(long millis) {
      return new Started(key, request, call, completion, millis);
    }
  }

  /** Ends a call whose stage has taken too long. */
  interface GivingUp {
    void giveUp(Started late);
  }

  private final Deque<Started> waiting = new ArrayDeque<>();
  private final Deque<Started> answering = new ArrayDeque<>();

  void add(Started call) {
    waiting.add(call);
  }

  /** Notes which calls have gone on to another stage. */
  void advance(long nowMillis) {
    waiting.removeIf(
        one -> {
          boolean begun = one.call().hasBegun();
          if (begun && !one.call().hasEnded()) {
            answering.add(one.since(nowMillis));
          }
          return begun;
        });
    answering.removeIf(one -> one.call().hasEnded());
  }

  /**
   * Gives up the calls that have waited for their first token so long.
   *
   * @param limit zero for none
   */
  void limitFirstToken(long nowMillis, Duration limit, GivingUp givingUp) {
    limit(waiting, nowMillis, limit, givingUp);
  }

  /** As {@link #limitFirstToken}, those that have been answering so long. */
  void limitDecode(long nowMillis, Duration limit, GivingUp givingUp) {
    limit(answering, nowMillis, limit, givingUp);
  }

  /**
   * @param oldestFirst by when their stage began
   */
  private static void limit(
      Deque<Started> oldestFirst, long nowMillis, Duration limit, GivingUp givingUp) {
    while (!limit.isZero() && !oldestFirst.isEmpty()) {
      if (nowMillis - oldestFirst.peek().sinceMillis() < limit.toMillis()) {
        return;
      }
      givingUp.giveUp(oldestFirst.remove());
    }
  }
}
