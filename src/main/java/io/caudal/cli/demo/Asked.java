package io.caudal.cli.demo;

import io.caudal.cli.client.AnswerText;
import io.caudal.protocol.Result;
import io.caudal.protocol.TokenChunk;
import org.jspecify.annotations.Nullable;

/** A request that was sent and what has come of it. Times are those of {@code System.nanoTime}. */
final class Asked {
  private final String requestId;
  private final String name;
  private final Turn turn;
  private final long sentNanos;
  private final AnswerText text = new AnswerText();
  private long firstPieceNanos;
  private long lastPieceNanos;
  private boolean restarted;
  private @Nullable Result result;

  Asked(String requestId, String name, Turn turn, long sentNanos) {
    this.requestId = requestId;
    this.name = name;
    this.turn = turn;
    this.sentNanos = sentNanos;
  }

  /** Takes a piece; returns what to print. */
  String accept(TokenChunk chunk, long nowNanos) {
    boolean first = text.attempt() == Long.MIN_VALUE;
    if (first) {
      firstPieceNanos = nowNanos;
    }
    if (!first && chunk.attempt() > text.attempt() && !text.isComplete()) {
      restarted = true;
    }
    lastPieceNanos = nowNanos;
    return text.accept(chunk);
  }

  /** Takes the result; returns what to print. */
  String accept(Result committed, long nowNanos) {
    if (firstPieceNanos == 0) {
      firstPieceNanos = nowNanos;
      lastPieceNanos = nowNanos;
    }
    result = committed;
    return text.isComplete() ? "" : text.finish(committed.text());
  }

  String requestId() {
    return requestId;
  }

  /** The conversation's name. */
  String name() {
    return name;
  }

  Turn turn() {
    return turn;
  }

  String text() {
    return text.text();
  }

  long attempt() {
    return text.attempt();
  }

  boolean isComplete() {
    return text.isComplete();
  }

  /** Whether it streams and has not ended. */
  boolean isMidStream() {
    return text.pieces() >= 2 && !text.isComplete();
  }

  /** Whether a later attempt went on with an answer that had begun and not ended. */
  boolean wasInterrupted() {
    return restarted;
  }

  boolean hasResult() {
    return result != null;
  }

  long sentNanos() {
    return sentNanos;
  }

  long firstPieceNanos() {
    return firstPieceNanos;
  }

  long lastPieceNanos() {
    return lastPieceNanos;
  }
}
