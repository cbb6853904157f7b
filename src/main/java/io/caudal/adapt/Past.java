package io.caudal.adapt;

/**
 * What became of a setting's moves under this load, and when it may move again. What was taken back
 * is not tried again for long, and a setting that has turned doesn't turn back for as long: so
 * nothing is tried twice in that time. Cool-downs double with each failure and each turn, and end
 * in never, so that moves under one load are bounded.
 *
 * @param upFailures moves up that were taken back
 * @param downFailures moves down that were
 * @param upAfter no move up before this window
 * @param downAfter no move down before this window
 * @param last direction of the last one that was kept: 1, −1, 0 for none
 * @param turns how often a kept move went the other way than the one before
 * @param run how many were kept in that direction since the last one that was not
 */
public record Past(
    int upFailures, int downFailures, long upAfter, long downAfter, int last, int turns, int run) {
  static final Past NONE = new Past(0, 0, 0, 0, 0, 0, 0);

  private static final int MOST_FAILURES = 3;
  private static final int MOST_TURNS = 2;

  /** Windows until a setting may turn for the first time. */
  private static final int FIRST_TURN = 4;

  /** Windows until what nobody made is asked for again, the first time. */
  private static final int AGAIN = 8;

  /** Windows in which nothing is done a second time. */
  static final int COOL_DOWN = 360;

  private static final int MOST_STEPS = 3;

  boolean allows(boolean up, long window) {
    boolean turn = last == (up ? -1 : 1);
    return (up ? upFailures : downFailures) < MOST_FAILURES
        && window >= (up ? upAfter : downAfter)
        && !(turn && turns >= MOST_TURNS);
  }

  /** How many steps at once the next move may take: one more with each that was kept. */
  int steps(boolean up) {
    return last == (up ? 1 : -1) ? Math.min(1 + run, MOST_STEPS) : 1;
  }

  /** A move was kept. */
  Past kept(boolean up, long window) {
    boolean turn = last == (up ? -1 : 1);
    int newTurns = turns + (turn ? 1 : 0);
    long other = window + (newTurns == 0 ? FIRST_TURN : coolDown(newTurns));
    return new Past(
        upFailures,
        downFailures,
        up ? upAfter : Math.max(upAfter, other),
        up ? Math.max(downAfter, other) : downAfter,
        up ? 1 : -1,
        newTurns,
        turn ? 1 : run + 1);
  }

  /** A move was taken back. */
  Past failed(boolean up, long window) {
    return failed(up, window, coolDown(1 + (up ? upFailures : downFailures)));
  }

  /** A move was asked for, and nobody made it. */
  Past ignored(boolean up, long window) {
    return failed(up, window, (long) AGAIN << (up ? upFailures : downFailures));
  }

  private Past failed(boolean up, long window, long coolDown) {
    int failures = 1 + (up ? upFailures : downFailures);
    long after = window + coolDown;
    return up
        ? new Past(failures, downFailures, after, downAfter, last, turns, 0)
        : new Past(upFailures, failures, upAfter, after, last, turns, 0);
  }

  /** How long the next failure keeps a move off, for people. */
  String nextTry(boolean up) {
    int failures = 1 + (up ? upFailures : downFailures);
    return failures >= MOST_FAILURES
        ? "not tried again while the load is the same"
        : "not tried again for " + coolDown(failures) + " windows";
  }

  private static long coolDown(int times) {
    return (long) COOL_DOWN << (times - 1);
  }
}
