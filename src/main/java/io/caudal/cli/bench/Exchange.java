package io.caudal.cli.bench;

import io.caudal.protocol.Result;
import io.caudal.protocol.TokenChunk;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A request that was sent and what has come of it. Times are those of {@code System.nanoTime}; 0
 * for what has not come.
 */
final class Exchange {
  private final Turn turn;
  private final long intendedNanos;
  private final long sentNanos;
  private long attempt = Long.MIN_VALUE;
  private int nextIndex;
  private int pieces;
  private long[] pieceNanos = new long[64];
  private long endedNanos;
  private @Nullable Result result;
  private long resultNanos;
  private int results;

  /**
   * @param intendedNanos what latencies count from
   */
  Exchange(Turn turn, long intendedNanos, long sentNanos) {
    this.turn = turn;
    this.intendedNanos = intendedNanos;
    this.sentNanos = sentNanos;
  }

  /** Takes a piece; duplicates and pieces of an attempt that is over are passed over. */
  void accept(TokenChunk piece, long nanos) {
    if (piece.attempt() > attempt) {
      attempt = piece.attempt();
      nextIndex = 0;
    }
    if (piece.attempt() < attempt || piece.index() != nextIndex || endedNanos != 0) {
      return;
    }
    nextIndex++;
    if (!piece.text().isEmpty()) {
      if (pieces == pieceNanos.length) {
        pieceNanos = Arrays.copyOf(pieceNanos, 2 * pieces);
      }
      pieceNanos[pieces++] = nanos;
    }
    if (piece.last()) {
      endedNanos = nanos;
    }
  }

  /** Takes a result; the first one counts. */
  void accept(Result committed, long nanos) {
    if (results++ == 0) {
      result = committed;
      resultNanos = nanos;
      endedNanos = endedNanos == 0 ? nanos : endedNanos;
    }
  }

  Turn turn() {
    return turn;
  }

  long intendedNanos() {
    return intendedNanos;
  }

  long sentNanos() {
    return sentNanos;
  }

  /** When text was read, in order. Text comes in pieces of one token or a few. */
  long[] pieceNanos() {
    return Arrays.copyOf(pieceNanos, pieces);
  }

  int pieces() {
    return pieces;
  }

  /** The first text; where an answer has none, its end. */
  long firstNanos() {
    return pieces == 0 ? endedNanos : pieceNanos[0];
  }

  /** The last text; where an answer has none, its end. */
  long lastNanos() {
    return pieces == 0 ? endedNanos : pieceNanos[pieces - 1];
  }

  /** The end of the stream of pieces, or the result if it came without. */
  long endedNanos() {
    return endedNanos;
  }

  long resultNanos() {
    return resultNanos;
  }

  boolean isEnded() {
    return endedNanos != 0;
  }

  @Nullable Result result() {
    return result;
  }

  /** Whether it has a result that is an answer. */
  boolean isAnswered() {
    return result != null && result.failure() == null;
  }

  /** Results beyond the first. */
  int doubled() {
    return Math.max(0, results - 1);
  }
}
