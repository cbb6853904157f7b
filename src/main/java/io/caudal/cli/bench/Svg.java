package io.caudal.cli.bench;

import java.util.Locale;

/** Writes an SVG picture, element by element. */
final class Svg {
  private final StringBuilder out = new StringBuilder();

  Svg(int width, int height) {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
            + " font-family=\"sans-serif\">\n<rect width=\"%d\" height=\"%d\" fill=\"white\"/>\n",
        width, height, width, height, width, height);
  }

  /**
   * @param anchor {@code start}, {@code middle} or {@code end}
   */
  void text(double x, double y, String anchor, int size, String text) {
    add(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\">%s</text>\n",
        x, y, anchor, size, escaped(text));
  }

  /**
   * @param dashes lengths of strokes and gaps; empty for a whole line
   */
  void line(double x1, double y1, double x2, double y2, String color, String dashes) {
    add(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\""
            + " stroke-dasharray=\"%s\"/>\n",
        x1, y1, x2, y2, color, dashes.isEmpty() ? "none" : dashes);
  }

  /** A line through points; none for no points. */
  void path(double[] x, double[] y, String color, String dashes) {
    if (x.length == 0) {
      return;
    }
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < x.length; i++) {
      points.append(String.format(Locale.ROOT, "%s%.1f,%.1f", i == 0 ? "" : " ", x[i], y[i]));
    }
    add(
        "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"%s\" stroke-dasharray=\"%s\""
            + " points=\"%s\"/>\n",
        color, dashes.isEmpty() ? "none" : dashes, points);
  }

  void dot(double x, double y, String color) {
    add(
        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\" fill-opacity=\"0.7\"/>\n",
        x, y, color);
  }

  /** The document; nothing may follow. */
  String end() {
    return out.append("</svg>\n").toString();
  }

  private void add(String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
