package io.caudal.engine;

import io.caudal.schedule.TokenLog;

/**
 * Guesses a sequence's next tokens, so that one step can compute several: where its last tokens
 * occurred before, what followed then may follow again. Known as prompt lookup (A. Saxena, <a
 * href="https://github.com/apoorvumang/prompt-lookup-decoding">2023</a>), the n-gram kind of
 * speculative decoding. A guess costs a position of a step; one that fails changes no answer. So
 * many are made as are likely enough to be right to be worth that, by how the sequence's last ones
 * went; where none is, one is tried now and then.
 */
final class Guesser {
  private static final int LONGEST_MATCH = 4;
  private static final int SHORTEST_MATCH = 2;

  /** Tokens that are searched, from the end: the search must not grow with the session. */
  private static final int WINDOW = 4096;

  private static final double NEW = 0.25;
  private static final double AT_FIRST = 0.7;

  /** Steps without guesses after which one is tried. */
  private static final int PAUSE = 32;

  /** How many of the last guesses were right whose predecessors were. */
  private double right = AT_FIRST;

  private int pause = PAUSE;

  /**
   * Tokens that may follow; none if there is nothing to go by.
   *
   * @param most of them
   * @param worth how likely a guess must be right for its position to be worth computing
   */
  int[] guess(TokenLog tokens, int most, double worth) {
    int count = likely(most, worth);
    if (count == 0 && pause > 0) {
      pause--;
      return new int[0];
    }
    return lookUp(tokens, Math.max(1, count));
  }

  /** So many guesses in a row are right with a probability of {@code worth} or more. */
  private int likely(int most, double worth) {
    int count = 0;
    for (double all = right; count < most && all >= worth; all *= right) {
      count++;
    }
    return count;
  }

  private static int[] lookUp(TokenLog tokens, int most) {
    int size = tokens.size();
    int best = 0;
    int bestAt = 0;
    for (int at = size - 2; at >= Math.max(0, size - WINDOW) && best < LONGEST_MATCH; at--) {
      int match = 0;
      while (match < LONGEST_MATCH
          && match <= at
          && tokens.get(at - match) == tokens.get(size - 1 - match)) {
        match++;
      }
      if (match > best) {
        best = match;
        bestAt = at;
      }
    }
    if (best < SHORTEST_MATCH) {
      return new int[0];
    }
    int[] guess = new int[most];
    int from = bestAt + 1;
    for (int i = 0; i < most; i++) {
      int known = size - from;
      guess[i] = i < known ? tokens.get(from + i) : guess[i - known]; // a circle goes on
    }
    return guess;
  }

  /** Of a step's guesses, so many were right: all before the first wrong one. */
  void heard(int guesses, int right) {
    for (int i = 0; i < Math.min(guesses, right + 1); i++) {
      this.right += NEW * ((i < right ? 1 : 0) - this.right);
    }
    pause = PAUSE;
  }
}
