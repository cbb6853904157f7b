package io.caudal.stream.inference;

import io.caudal.config.KvPersist;
import io.caudal.metrics.Counter;
import io.caudal.metrics.SubtaskMetrics;

/**
 * Whether a returning session's KV is read from state or computed again from its tokens: whichever
 * is expected to be faster, by moving averages of what a token has taken either way lately. What
 * was expected and what it took are counted. Task thread only.
 *
 * <p>Both costs are taken as linear in tokens. What isn't known yet is restored, and now and then
 * the slower way is taken, to learn whether it still is.
 */
final class RestoreChoice {
  /** One return in so many takes the way that seems slower. */
  static final int PROBE_EVERY = 64;

  private static final double NEW = 0.2;

  /** Fewer tokens say little of the cost of one. */
  private static final int FEWEST_TOKENS = 8;

  private static final double NANOS_PER_MICRO = 1000;

  private final SubtaskMetrics metrics;
  private double restoreNanosPerToken;
  private double prefillNanosPerToken;
  private int returns;

  RestoreChoice(SubtaskMetrics metrics) {
    this.metrics = metrics;
  }

  /**
   * Whether to restore {@code tokens} tokens of a session that returns.
   *
   * @param room whether there is room for them until their turn comes
   */
  boolean restores(int tokens, boolean room) {
    returns++;
    boolean faster = restoringIsFaster();
    boolean probe = knowsBoth() && returns % PROBE_EVERY == 0;
    boolean restores = room && faster != probe;
    metrics.add(restores ? Counter.RESTORES : Counter.RECOMPUTES, 1);
    double perToken = restores ? restoreNanosPerToken : prefillNanosPerToken;
    Counter predicted =
        restores ? Counter.RESTORE_PREDICTED_MICROS : Counter.RECOMPUTE_PREDICTED_MICROS;
    metrics.add(predicted, Math.round(tokens * perToken / NANOS_PER_MICRO));
    return restores;
  }

  /** Whether a turn's KV is worth writing to state. */
  boolean persists(KvPersist persist) {
    return switch (persist) {
      case ALWAYS -> true;
      case ADAPTIVE -> restoringIsFaster();
      case NEVER -> false;
    };
  }

  /** Reading and decoding the KV of {@code tokens} took so long. */
  void restored(int tokens, long nanos) {
    metrics.add(Counter.RESTORE_ACTUAL_MICROS, Math.round(nanos / NANOS_PER_MICRO));
    restoreNanosPerToken = average(restoreNanosPerToken, tokens, nanos);
  }

  /**
   * A turn's prefill took so long.
   *
   * @param tokens that it computed
   * @param again of these, tokens of a history that could have been restored
   * @param nanos 0 if the request ended before its first token, which says nothing of the cost
   */
  void prefilled(int tokens, int again, long nanos) {
    if (nanos == 0) {
      return;
    }
    if (tokens > 0) {
      double share = (double) again / tokens;
      metrics.add(Counter.RECOMPUTE_ACTUAL_MICROS, Math.round(nanos * share / NANOS_PER_MICRO));
    }
    prefillNanosPerToken = average(prefillNanosPerToken, tokens, nanos);
  }

  private boolean restoringIsFaster() {
    return !knowsBoth() || restoreNanosPerToken <= prefillNanosPerToken;
  }

  private boolean knowsBoth() {
    return restoreNanosPerToken > 0 && prefillNanosPerToken > 0;
  }

  private static double average(double old, int tokens, long nanos) {
    if (tokens < FEWEST_TOKENS) {
      return old;
    }
    double next = (double) nanos / tokens;
    return old == 0 ? next : old + NEW * (next - old);
  }
}
