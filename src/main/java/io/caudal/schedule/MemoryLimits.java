package io.caudal.schedule;

/**
 * How large a step may be for the device's memory, by the steps that it had none for. A limit grows
 * while steps that reach it fit: a sequence more, half as many tokens more. If one fails before as
 * many have fit again, the limit was as high as it gets: then twice as many must fit before it
 * grows the next time. So memory that is lacking for good costs ever fewer failed steps, and memory
 * that is free again is used in time.
 */
final class MemoryLimits {
  /** Steps at a limit that must fit before it grows; at first, and at most. */
  static final int FEWEST_STEPS = 64;

  static final int MOST_STEPS = 1 << 16;

  private final Limit sequences = new Limit();
  private final Limit tokens = new Limit();

  /** Most sequences in a step. */
  int sequences() {
    return sequences.most;
  }

  /** Most tokens in a step. */
  int tokens() {
    return tokens.most;
  }

  /** The next step is planned, so the last one fit or has lowered a limit. */
  void stepped(int plannedSequences, int plannedTokens) {
    sequences.stepped(plannedSequences, 1);
    tokens.stepped(plannedTokens, Math.max(1, tokens.most / 2));
  }

  /** A step of so many tokens did not fit. */
  void lowerTokens(int failed) {
    tokens.lower(Math.max(1, failed / 2));
  }

  /** A step of so many sequences did not fit. */
  void lowerSequences(int failed) {
    sequences.lower(failed - 1);
  }

  private static final class Limit {
    int most = Integer.MAX_VALUE;
    private int stepsToGrow = FEWEST_STEPS;
    private int steps;
    private boolean grown;

    void stepped(int planned, int more) {
      if (planned < most || ++steps <= stepsToGrow) {
        return; // a step below the limit says nothing about it
      }
      if (grown) {
        stepsToGrow = FEWEST_STEPS; // what it grew to has held
      }
      most += more;
      steps = 0;
      grown = true;
    }

    void lower(int to) {
      if (grown) {
        stepsToGrow = Math.min(MOST_STEPS, 2 * stepsToGrow);
        grown = false;
      }
      most = Math.min(most, to);
      steps = 0;
    }
  }
}
