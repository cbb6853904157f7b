package io.caudal.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * Exact percentiles by nearest rank: a run keeps all its values, so that none is estimated. Of no
 * values, all are NaN.
 */
record Percentiles(int count, double mean, double p50, double p90, double p99, double max) {

  static Percentiles of(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    return new Percentiles(
        sorted.length,
        Arrays.stream(sorted).average().orElse(Double.NaN),
        rank(sorted, 0.5),
        rank(sorted, 0.9),
        rank(sorted, 0.99),
        rank(sorted, 1));
  }

  /** The least value that the share {@code share} of all does not exceed. */
  static double rank(double[] sorted, double share) {
    return sorted.length == 0
        ? Double.NaN
        : sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
  }

  /** Without values, {@code count} alone. */
  void writeTo(ObjectNode parent, String name) {
    ObjectNode node = parent.putObject(name).put("count", count);
    if (count > 0) {
      node.put("mean", hundredths(mean))
          .put("p50", hundredths(p50))
          .put("p90", hundredths(p90))
          .put("p99", hundredths(p99))
          .put("max", hundredths(max));
    }
  }

  String row(String name) {
    return count == 0
        ? "| " + name + " | – | – | – | – | – |\n"
        : String.format(
            Locale.ROOT,
            "| %s | %.1f | %.1f | %.1f | %.1f | %.1f |\n",
            name,
            mean,
            p50,
            p90,
            p99,
            max);
  }

  static double hundredths(double value) {
    return Math.round(value * 100) / 100.0;
  }
}
