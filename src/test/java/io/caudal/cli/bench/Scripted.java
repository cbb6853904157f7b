package io.caudal.cli.bench;

import io.caudal.protocol.FinishReason;
import io.caudal.protocol.Result;
import io.caudal.protocol.Timings;
import io.caudal.protocol.TokenChunk;
import io.caudal.protocol.Usage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A target that answers one request a poll, each with three pieces, and knows who is asked. */
final class Scripted implements Target {
  final List<String> asked = new ArrayList<>();
  final Set<String> busy = new HashSet<>();
  int doubled;
  int silentAfter = Integer.MAX_VALUE;
  private final Deque<String[]> waiting = new ArrayDeque<>();

  @Override
  public void send(String requestId, String sessionId, String text, int answerTokens) {
    if (!busy.add(sessionId)) {
      throw new AssertionError(sessionId + " asks again before it is answered");
    }
    asked.add(requestId);
    waiting.add(new String[] {requestId, sessionId});
  }

  @Override
  public void poll(Duration limit, TargetListener listener) {
    if (waiting.isEmpty() || silentAfter-- <= 0) {
      return;
    }
    String[] next = waiting.remove();
    busy.remove(next[1]);
    for (int i = 0; i < 3; i++) {
      listener.onPiece(
          new TokenChunk(next[0], next[1], 1, i, i < 2 ? "a" : "", i == 2), System.nanoTime());
    }
    for (int i = 0; i <= doubled; i++) {
      listener.onResult(result(next[0], next[1]), System.nanoTime());
    }
  }

  @Override
  public void close() {}

  static Result result(String requestId, String sessionId) {
    return new Result(
        requestId,
        sessionId,
        1,
        1,
        "aa",
        FinishReason.LENGTH,
        null,
        new Usage(10, 4, 2),
        new Timings(1, 2, 3, 4, 6, 10),
        "m",
        0,
        false);
  }
}
