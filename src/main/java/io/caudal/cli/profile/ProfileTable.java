package io.caudal.cli.profile;

import io.caudal.analytics.Text;
import io.caudal.metrics.Timeline.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A profile's spans added up by what they are. */
public final class ProfileTable {
  private static final Map<String, String> AMOUNTS =
      Map.of(
          "step", "sequences",
          "forward", "tokens",
          "prefill", "tokens",
          "decode", "tokens",
          "restore", "tokens",
          "export", "tokens",
          "read state", "tokens",
          "store", "µs encoding",
          "dropped", "spans");

  private static final class Sum {
    private long count;
    private long micros;
    private long most;
    private long amount;
  }

  private ProfileTable() {}

  public static String of(Profile profile) {
    Map<String, Sum> sums = new TreeMap<>();
    for (List<Span> spans : profile.spans().values()) {
      for (Span span : spans) {
        Sum sum = sums.computeIfAbsent(span.name(), name -> new Sum());
        sum.count++;
        sum.micros += span.micros();
        sum.most = Math.max(sum.most, span.micros());
        sum.amount += span.amount();
      }
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("stage", "count", "total, ms", "mean, ms", "most, ms", "of"));
    sums.entrySet().stream()
        .sorted((a, b) -> Long.compare(b.getValue().micros, a.getValue().micros))
        .forEach(entry -> rows.add(row(entry.getKey(), entry.getValue())));
    return Text.table(rows);
  }

  private static List<String> row(String name, Sum sum) {
    return List.of(
        name,
        Long.toString(sum.count),
        millis((double) sum.micros),
        millis((double) sum.micros / sum.count),
        millis((double) sum.most),
        sum.amount + " " + AMOUNTS.getOrDefault(name, ""));
  }

  private static String millis(double micros) {
    return String.format(Locale.ROOT, "%.2f", micros / 1e3);
  }
}
