package io.caudal.schedule;

import java.util.Arrays;

/**
 * A sequence's token ids, append-only. One thread appends; any thread may read what it appended.
 */
public final class TokenLog {
  private int[] ids;
  // Written after the array and its new element, read before them: publishes both.
  private volatile int size;

  public TokenLog(int[] start, int expectedMore) {
    ids = Arrays.copyOf(start, start.length + Math.max(0, expectedMore));
    size = start.length;
  }

  public void append(int id) {
    int n = size;
    if (n == ids.length) {
      ids = Arrays.copyOf(ids, Math.max(16, n * 2));
    }
    ids[n] = id;
    size = n + 1;
  }

  public int size() {
    return size;
  }

  public int get(int position) {
    return ids[position];
  }

  /** A copy of the ids at positions {@code [from, to)}. */
  public int[] copy(int from, int to) {
    int n = size;
    if (to > n) {
      throw new IndexOutOfBoundsException(to + " of " + n);
    }
    return Arrays.copyOfRange(ids, from, to);
  }
}
