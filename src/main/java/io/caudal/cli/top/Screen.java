package io.caudal.cli.top;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Turns one picture after the other into what to send to a terminal: only lines that differ, each
 * at its place, so that nothing flickers and a slow line carries little. Not thread-safe.
 */
final class Screen {
  private static final String ESC = "\u001b[";

  /** Another screen than the shell's, no cursor, no wrapping. */
  static final String ENTER = ESC + "?1049h" + ESC + "?25l" + ESC + "?7l" + ESC + "2J";

  static final String LEAVE = ESC + "?7h" + ESC + "?25h" + ESC + "?1049l";
  static final String BOLD = ESC + "1m";
  static final String RED = ESC + "31m";
  static final String YELLOW = ESC + "33m";
  static final String GREEN = ESC + "32m";
  static final String REVERSE = ESC + "7m";
  static final String PLAIN = ESC + "0m";

  private List<Line> shown = List.of();
  private int rows;
  private int columns;

  /** What to send so that the terminal shows these lines, cut to its size; empty if it does. */
  String show(List<Line> lines, int newRows, int newColumns) {
    StringBuilder out = new StringBuilder();
    if (newRows != rows || newColumns != columns) {
      rows = newRows;
      columns = newColumns;
      shown = List.of();
      out.append(ESC).append("2J");
    }
    List<Line> next = new ArrayList<>();
    for (int i = 0; i < Math.min(rows, lines.size()); i++) {
      next.add(lines.get(i).cut(columns));
    }
    for (int i = 0; i < Math.max(next.size(), shown.size()); i++) {
      Line now = i < next.size() ? next.get(i) : Line.EMPTY;
      Line before = i < shown.size() ? shown.get(i) : Line.EMPTY;
      if (!Objects.equals(now, before)) {
        out.append(ESC).append(i + 1).append(";1H");
        out.append(now.style()).append(now.text());
        out.append(now.style().isEmpty() ? "" : PLAIN).append(ESC).append('K');
      }
    }
    shown = next;
    return out.toString();
  }

  /**
   * A line of text.
   *
   * @param style escape sequences before it; empty for none
   */
  record Line(String style, String text) {
    static final Line EMPTY = new Line("", "");

    static Line of(String text) {
      return new Line("", text);
    }

    Line cut(int columns) {
      // What comes from outside must not move the cursor.
      String clean = text.replaceAll("\\p{Cntrl}", " ");
      return clean.length() <= columns
          ? new Line(style, clean)
          : new Line(style, clean.substring(0, columns));
    }
  }
}
