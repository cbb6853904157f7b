package io.caudal.cli.top;

import java.util.ArrayDeque;
import java.util.Locale;

/** The last values of a figure, as a line of bars. */
final class History {
  private static final int MOST = 60;
  private static final String BARS = " ▁▂▃▄▅▆▇█";

  private final ArrayDeque<Double> values = new ArrayDeque<>();

  void add(double value) {
    values.add(value);
    if (values.size() > MOST) {
      values.remove();
    }
  }

  String line() {
    double most = values.stream().mapToDouble(v -> v).max().orElse(0);
    StringBuilder line = new StringBuilder();
    for (double value : values) {
      int height = most <= 0 ? 0 : (int) Math.ceil(value / most * (BARS.length() - 1));
      line.append(BARS.charAt(Math.max(0, Math.min(BARS.length() - 1, height))));
    }
    return line + String.format(Locale.ROOT, "  at most %.1f", most);
  }
}
