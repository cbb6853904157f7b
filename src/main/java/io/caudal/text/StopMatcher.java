package io.caudal.text;

import java.util.List;

/**
 * Ends a text before the first stop text in it, wherever the borders of its pieces fall. Not
 * thread-safe.
 *
 * <p>The stop text that is complete first counts; of those complete at the same character, the
 * longest. One Knuth-Morris-Pratt automaton a stop text, so that a character costs the same however
 * long they are.
 */
final class StopMatcher {
  private final char[][] stops;
  private final int[][] fallback;
  private final int[] matched;
  private final StringBuilder held = new StringBuilder();
  private boolean stopped;

  StopMatcher(List<String> stops) {
    this.stops = stops.stream().map(String::toCharArray).toArray(char[][]::new);
    this.fallback = stops.stream().map(StopMatcher::fallback).toArray(int[][]::new);
    this.matched = new int[stops.size()];
  }

  /** The text that can be shown: all but what may be the start of a stop text. */
  String accept(String piece) {
    if (stopped) {
      return "";
    }
    for (int i = 0; i < piece.length(); i++) {
      held.append(piece.charAt(i));
      int complete = advance(piece.charAt(i));
      if (complete > 0) {
        stopped = true;
        held.setLength(held.length() - complete);
        return flush();
      }
    }
    int waiting = 0;
    for (int length : matched) {
      waiting = Math.max(waiting, length);
    }
    String shown = held.substring(0, held.length() - waiting);
    held.delete(0, shown.length());
    return shown;
  }

  /** What is still held back, at the end of the text. */
  String flush() {
    String rest = held.toString();
    held.setLength(0);
    return rest;
  }

  boolean stopped() {
    return stopped;
  }

  /** Length of the longest stop text that this character completes; 0 for none. */
  private int advance(char c) {
    int complete = 0;
    for (int s = 0; s < stops.length; s++) {
      int length = matched[s];
      while (length > 0 && stops[s][length] != c) {
        length = fallback[s][length - 1];
      }
      if (stops[s][length] == c) {
        length++;
      }
      if (length == stops[s].length) {
        complete = Math.max(complete, length);
        length = 0; // The text ends here.
      }
      matched[s] = length;
    }
    return complete;
  }

  private static int[] fallback(String stop) {
    int[] table = new int[stop.length()];
    int length = 0;
    for (int i = 1; i < stop.length(); i++) {
      while (length > 0 && stop.charAt(i) != stop.charAt(length)) {
        length = table[length - 1];
      }
      if (stop.charAt(i) == stop.charAt(length)) {
        length++;
      }
      table[i] = length;
    }
    return table;
  }
}
