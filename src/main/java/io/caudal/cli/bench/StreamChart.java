package io.caudal.cli.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The chart of a run: the share of requests within a latency, and TTFT over the run by round. */
final class StreamChart {
  private static final int WIDTH = 960;
  private static final int HEIGHT = 380;
  private static final Axes SHARE = new Axes(60, 60, 390, 250);
  private static final Axes TIME = new Axes(540, 60, 390, 250);
  private static final String[] COLORS = {"#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e"};

  private StreamChart() {}

  /** An SVG document. */
  static String of(StreamFigures figures) {
    List<Measured> measured = figures.measured();
    double[] ttft = sorted(measured, Measured::ttft);
    double[] whole = sorted(measured, Measured::endToEnd);
    double[] uncorrected = sorted(measured, Measured::ttftFromSending);
    double least = Math.max(1, ttft.length == 0 ? 1 : ttft[0]);
    double most = Math.max(least * 10, whole.length == 0 ? 1 : whole[whole.length - 1]);
    LogScale millis = new LogScale(least, most);
    Svg svg = new Svg(WIDTH, HEIGHT);
    svg.text(20, 26, "start", 16, "caudal bench stream: " + figures.load().name());
    share(svg, millis, List.of(ttft, whole, uncorrected));
    overTime(svg, millis, figures);
    return svg.end();
  }

  private static void share(Svg svg, LogScale millis, List<double[]> curves) {
    frame(svg, SHARE, "share of requests within a latency (ms)");
    for (int percent = 0; percent <= 100; percent += 25) {
      double y = SHARE.y(percent / 100.0);
      svg.line(SHARE.left(), y, SHARE.right(), y, "#ddd", "");
      svg.text(SHARE.left() - 6, y + 4, "end", 11, percent + " %");
    }
    for (double tick : millis.ticks()) {
      double x = SHARE.x(millis.at(tick));
      svg.line(x, SHARE.top(), x, SHARE.bottom(), "#ddd", "");
      svg.text(x, SHARE.bottom() + 16, "middle", 11, number(tick));
    }
    String[] names = {"TTFT", "end to end", "TTFT from sending"};
    for (int i = 0; i < curves.size(); i++) {
      double[] values = curves.get(i);
      double[] x = new double[values.length];
      double[] y = new double[values.length];
      for (int n = 0; n < values.length; n++) {
        x[n] = SHARE.x(millis.at(values[n]));
        y[n] = SHARE.y((n + 1.0) / values.length);
      }
      svg.path(x, y, COLORS[i], i == 2 ? "4 3" : "");
      legend(svg, SHARE.left() + i * 120.0, COLORS[i], names[i]);
    }
  }

  private static void overTime(Svg svg, LogScale millis, StreamFigures figures) {
    frame(svg, TIME, "TTFT (ms) by intended start (s)");
    double seconds = Math.max(1, figures.seconds());
    for (double tick : millis.ticks()) {
      double y = TIME.y(millis.at(tick));
      svg.line(TIME.left(), y, TIME.right(), y, "#ddd", "");
      svg.text(TIME.left() - 6, y + 4, "end", 11, number(tick));
    }
    for (int i = 0; i <= 4; i++) {
      svg.text(TIME.x(i / 4.0), TIME.bottom() + 16, "middle", 11, number(seconds * i / 4));
    }
    for (Measured one : figures.measured()) {
      svg.dot(
          TIME.x(Math.min(1, figures.intendedSeconds(one) / seconds)),
          TIME.y(millis.at(one.ttft())),
          COLORS[one.turn().first() ? 0 : 1]);
    }
    legend(svg, TIME.left(), COLORS[0], "a session's first turn");
    legend(svg, TIME.left() + 180.0, COLORS[1], "later turns");
  }

  private static void frame(Svg svg, Axes axes, String title) {
    svg.text(axes.left(), axes.top() - 10.0, "start", 13, title);
    svg.line(axes.left(), axes.bottom(), axes.right(), axes.bottom(), "#333", "");
    svg.line(axes.left(), axes.top(), axes.left(), axes.bottom(), "#333", "");
  }

  private static void legend(Svg svg, double x, String color, String name) {
    double y = SHARE.bottom() + 45.0;
    svg.line(x, y - 4, x + 18, y - 4, color, "");
    svg.text(x + 24, y, "start", 12, name);
  }

  private static double[] sorted(List<Measured> measured, ToDoubleFunction<Measured> figure) {
    double[] values = measured.stream().mapToDouble(figure).toArray();
    Arrays.sort(values);
    return values;
  }

  private static String number(double value) {
    return value >= 10 || value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.1f", value);
  }

  /** Where on the picture a share from 0 to 1 lies. */
  private record Axes(int left, int top, int width, int height) {
    int right() {
      return left + width;
    }

    int bottom() {
      return top + height;
    }

    double x(double share) {
      return left + share * width;
    }

    double y(double share) {
      return bottom() - share * height;
    }
  }

  /** A value's place between the least and the most, by its logarithm. */
  private record LogScale(double least, double most) {
    double at(double value) {
      double share = Math.log(Math.max(value, least) / least) / Math.log(most / least);
      return Math.min(1, share);
    }

    /** 1, 2 and 5 times the powers of ten. */
    double[] ticks() {
      double[] ticks = new double[64];
      int n = 0;
      for (int power = 0; power < 9; power++) {
        for (int step : new int[] {1, 2, 5}) {
          double tick = step * Math.pow(10, power);
          if (tick >= least && tick <= most) {
            ticks[n++] = tick;
          }
        }
      }
      return Arrays.copyOf(ticks, n);
    }
  }
}
