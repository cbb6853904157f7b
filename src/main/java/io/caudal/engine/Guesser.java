package io.caudal.engine;

import io.caudal.schedule.TokenLog;

/**
 * Guesses a sequence's next tokens, so that one step can compute several: where its last tokens
 * occurred before, what followed then may follow again. Known as prompt lookup (A. Saxena, <a
 * href="https://github.com/apoorvumang/prompt-lookup-decoding">2023</a>), the n-gram kind of
 * speculative decoding. A guess costs a position of a step; one that fails changes no answer.
 *
 * <p>A sequence whose guesses fail is left alone for a while.
 */
final class Guesser {
  private static final int LONGEST_MATCH = 4;
  private static final int SHORTEST_MATCH = 2;

  /** Tokens that are searched, from the end: the search must not grow with the session. */
  private static final int WINDOW = 4096;

  /** Right guesses a step that are worth the wrong ones. */
  private static final double WORTH = 0.4;

  private static final double NEW = 0.25;
  private static final int PAUSE = 32;

  private double rightPerStep = 1;
  private int pause;

  /**
   * At most {@code most} tokens that may follow; none if there is nothing to go by, or guessing has
   * not been worth it lately.
   */
  int[] guess(TokenLog tokens, int most) {
    if (pause > 0) {
      pause--;
      return new int[0];
    }
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
    int from = bestAt + 1;
    return tokens.copy(from, Math.min(size, from + most));
  }

  /** Of a step's guesses, so many were right. */
  void heard(int right) {
    rightPerStep += NEW * (right - rightPerStep);
    if (rightPerStep < WORTH) {
      pause = PAUSE;
      rightPerStep = 1;
    }
  }
}
