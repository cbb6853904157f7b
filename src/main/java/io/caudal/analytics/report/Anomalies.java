package io.caudal.analytics.report;

import io.caudal.analytics.Fleet;
import io.caudal.analytics.Member;
import io.caudal.analytics.Text;
import io.caudal.protocol.MetricsRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * What is not as it was earlier in the window: the newest twelfth of it against the median of the
 * others, where it is further from it than five times their median deviation, and a third at least.
 */
final class Anomalies {
  private static final int PARTS = 12;
  private static final double DEVIATIONS = 5;
  private static final double LEAST = 1 / 3.0;

  private Anomalies() {}

  static List<Anomaly> of(Fleet fleet, long windowMillis) {
    List<Anomaly> found = new ArrayList<>();
    compare(found, "generated tokens/s", rates(fleet, windowMillis, "completion_tokens"));
    compare(found, "requests/s", rates(fleet, windowMillis, "requests"));
    compare(found, "failures/s", rates(fleet, windowMillis, "results_failed"));
    compare(found, "ttft p95, ms", p95(fleet, windowMillis, "ttft_ms"));
    compare(found, "token gap p95, ms", p95(fleet, windowMillis, "itl_ms"));
    uneven(found, fleet, windowMillis);
    return found;
  }

  /** The last value against those before it. */
  static void compare(List<Anomaly> found, String figure, List<Double> parts) {
    if (parts.size() < PARTS / 2) {
      return;
    }
    double last = parts.get(parts.size() - 1);
    double[] before =
        parts.subList(0, parts.size() - 1).stream().mapToDouble(v -> v).sorted().toArray();
    double median = before[before.length / 2];
    double[] off = Arrays.stream(before).map(v -> Math.abs(v - median)).sorted().toArray();
    double usual = Math.max(DEVIATIONS * off[off.length / 2], LEAST * median);
    if (Math.abs(last - median) > Math.max(usual, 1e-9)) {
      found.add(
          new Anomaly(
              figure,
              String.format(
                  Locale.ROOT, "%.2f now, %.2f before (median of the window)", last, median)));
    }
  }

  private static List<Double> rates(Fleet fleet, long windowMillis, String counter) {
    return parts(fleet, windowMillis, record -> record.counters().getOrDefault(counter, 0L), true);
  }

  private static List<Double> p95(Fleet fleet, long windowMillis, String latency) {
    return parts(
        fleet,
        windowMillis,
        record -> {
          var summary = record.latencies().get(latency);
          return summary == null ? Double.NaN : summary.p95();
        },
        false);
  }

  /**
   * One value for each part that has records, oldest first: growth a second, or the highest value.
   */
  private static List<Double> parts(
      Fleet fleet, long windowMillis, ToDoubleFunction<MetricsRecord> of, boolean grows) {
    TreeMap<Long, Double> parts = new TreeMap<>();
    for (Member member : fleet.members()) {
      long end = member.newest().windowEndMillis();
      TreeMap<Long, Double> own = new TreeMap<>();
      TreeMap<Long, Double> seconds = new TreeMap<>();
      MetricsRecord before = null;
      for (MetricsRecord record : member.within(windowMillis)) {
        long part = -(end - record.windowEndMillis()) * PARTS / Math.max(1, windowMillis);
        double value = of.applyAsDouble(record);
        if (grows && before != null) {
          own.merge(part, value - of.applyAsDouble(before), Double::sum);
          double length = (record.windowEndMillis() - before.windowEndMillis()) / 1e3;
          seconds.merge(part, length, Double::sum);
        } else if (!grows && !Double.isNaN(value)) {
          parts.merge(part, value, Math::max);
        }
        before = record;
      }
      own.forEach(
          (part, more) ->
              parts.merge(
                  part, more / Math.max(1e-3, seconds.getOrDefault(part, 0.0)), Double::sum));
    }
    return List.copyOf(parts.values());
  }

  private static void uneven(List<Anomaly> found, Fleet fleet, long windowMillis) {
    List<Member> members = fleet.members();
    double all = 0;
    double most = 0;
    for (Member member : members) {
      double tokens = member.growth("completion_tokens", windowMillis);
      all += tokens;
      most = Math.max(most, tokens);
    }
    if (members.size() > 1 && all > 1_000 && most > 2 * all / members.size()) {
      found.add(
          new Anomaly(
              "subtasks",
              "one has generated "
                  + Text.percent(most / all)
                  + " of the tokens of "
                  + members.size()
                  + ": few sessions, or a skew of their keys"));
    }
  }
}
