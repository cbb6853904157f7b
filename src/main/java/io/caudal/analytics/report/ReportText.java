package io.caudal.analytics.report;

import io.caudal.adapt.Move;
import io.caudal.analytics.Text;
import io.caudal.analytics.report.Report.IdleHits;
import io.caudal.metrics.HeavyKeys.Heavy;
import io.caudal.metrics.Tops;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A report for people. */
public final class ReportText {
  private static final int MOST = 5;

  private ReportText() {}

  public static String of(Report report) {
    StringBuilder out = new StringBuilder();
    Figures f = report.figures();
    out.append(
        format(
            "last %s: %.0f requests, hit rate %s, step loops %s busy, %.1f sequences a step%n",
            Text.millis((long) f.get("window_ms")),
            f.get("requests"),
            Text.percent(f.get("hit_rate")),
            Text.percent(f.get("loops_busy")),
            f.get("batch")));
    out.append('\n').append(stages(report.stages()));
    out.append('\n').append(findings(report.findings()));
    out.append(moves(report));
    for (Anomaly anomaly : report.anomalies()) {
      out.append("not as before: ").append(anomaly.figure()).append(": ");
      out.append(anomaly.finding()).append('\n');
    }
    out.append('\n').append(hits(report.hitsByIdle()));
    return out.append(tops(report, MOST, Tops.NAMES)).toString();
  }

  private static String stages(List<Stage> stages) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("stage", "time", "share", "p95, ms", "what"));
    for (Stage stage : stages) {
      rows.add(
          List.of(
              stage.name(),
              Text.millis(Math.round(stage.millis())),
              Text.percent(stage.share()),
              Double.isNaN(stage.p95()) ? "" : format("%.1f", stage.p95()),
              stage.meaning()));
    }
    return Text.table(rows);
  }

  private static String findings(List<Finding> findings) {
    if (findings.isEmpty()) {
      return "nothing stands out\n";
    }
    StringBuilder out = new StringBuilder();
    for (Finding one : findings) {
      out.append(one.rule()).append(": ").append(one.title()).append('\n');
      out.append("  evidence  ").append(one.evidence()).append('\n');
      out.append("  do        ").append(one.advice().command()).append('\n');
      out.append("  effect    ").append(one.advice().effect()).append('\n');
      out.append("  undo      ").append(one.advice().undo()).append('\n');
    }
    return out.toString();
  }

  private static String moves(Report report) {
    String mode = report.adaptive().name().toLowerCase(Locale.ROOT);
    StringBuilder out = new StringBuilder();
    for (Move move : report.moves()) {
      out.append(
          format("adaptive (%s), %s: %s %s -> ", mode, move.rule(), move.key(), move.from()));
      out.append(move.to()).append("\n  because   ").append(move.reason()).append('\n');
    }
    return out.toString();
  }

  private static String hits(List<IdleHits> hits) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("session idle", "prompt tokens", "hit rate"));
    for (IdleHits one : hits) {
      rows.add(
          List.of(
              one.idle().text(),
              Long.toString(one.promptTokens()),
              Text.percent((double) one.cachedTokens() / one.promptTokens())));
    }
    return rows.size() == 1 ? "" : Text.table(rows);
  }

  /** The sessions that took most tokens; empty if none did. */
  public static String largestSessions(Report report, int most) {
    return tops(report, most, Set.of(Tops.SESSION_TOKENS)).strip();
  }

  private static String tops(Report report, int most, Collection<String> names) {
    StringBuilder out = new StringBuilder();
    report
        .tops(most)
        .forEach(
            (name, keys) -> {
              if (!keys.isEmpty() && names.contains(name)) {
                out.append("\nlargest ").append(name.replace('_', ' '));
                out.append(", since the tasks started\n").append(keys(keys, name));
              }
            });
    return out.toString();
  }

  private static String keys(List<Heavy> keys, String name) {
    List<List<String>> rows = new ArrayList<>();
    for (Heavy key : keys) {
      String amount =
          name.endsWith("bytes") ? Text.bytes(key.amount()) : Long.toString(key.amount());
      rows.add(
          List.of(
              "  " + key.key(),
              amount + (key.error() == 0 ? "" : " (at most " + key.error() + " too many)")));
    }
    return Text.table(rows);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
