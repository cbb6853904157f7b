package io.caudal.cli.top;

import io.caudal.analytics.Fleet;
import io.caudal.analytics.Member;
import io.caudal.analytics.Stats;
import io.caudal.analytics.Text;
import io.caudal.analytics.health.Check;
import io.caudal.analytics.health.Health;
import io.caudal.analytics.health.Status;
import io.caudal.analytics.health.Surroundings;
import io.caudal.analytics.report.Report;
import io.caudal.analytics.report.ReportText;
import io.caudal.cli.top.Screen.Line;
import io.caudal.metrics.Latency;
import io.caudal.metrics.LatencySketch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The picture: rates, batch, tiers, sessions, alerts. */
final class TopView {
  private static final long OVER_MILLIS = 30_000;
  private static final int BAR = 12;
  private static final int SESSIONS = 5;

  private TopView() {}

  static List<Line> of(Surroundings all, History history) {
    Stats stats = new Stats(all.fleet(), OVER_MILLIS);
    Health health = Health.of(all);
    history.add(stats.perSecond("completion_tokens"));
    List<Line> lines = new ArrayList<>();
    lines.add(head(all, health));
    lines.add(
        Line.of(
            format(
                "%8.2f requests/s  %8.1f tokens/s generated  %8.1f prompt tokens/s  hit rate %s",
                stats.perSecond("requests"),
                stats.perSecond("completion_tokens"),
                stats.perSecond("prompt_tokens"),
                Text.percent(stats.recentHitRate()))));
    lines.add(Line.of("  tokens/s  " + history.line()));
    Fleet fleet = all.fleet();
    lines.add(
        Line.of(
            format(
                "requests    %.0f at hand, %.0f running, %.0f set aside; sessions %d started,"
                    + " %d ended",
                fleet.sum("at_hand"),
                fleet.sum("running"),
                fleet.sum("aside"),
                fleet.count("sessions_started"),
                fleet.count("sessions_ended"))));
    lines.add(latencies(stats.latencies()));
    lines.add(Line.EMPTY);
    lines.addAll(engines(fleet));
    lines.add(Line.EMPTY);
    lines.addAll(sessions(all));
    lines.add(Line.EMPTY);
    lines.addAll(alerts(health, all));
    return lines;
  }

  private static Line head(Surroundings all, Health health) {
    String status = health.overall().label();
    String text =
        format(
            "caudal  %s  %s  %d subtasks, %d reporting  (q quits)",
            Text.time(all.nowMillis()),
            status,
            all.fleet().subtasks(),
            all.fleet().subtasks() - all.fleet().silent(all.nowMillis()).size());
    return new Line(Screen.REVERSE + color(health.overall()), text);
  }

  private static String color(Status status) {
    return switch (status) {
      case HEALTHY -> Screen.GREEN;
      case DEGRADED -> Screen.YELLOW;
      case UNHEALTHY -> Screen.RED;
    };
  }

  private static Line latencies(Map<Latency, LatencySketch> all) {
    StringBuilder text = new StringBuilder("p50/p95, ms ");
    for (Latency latency :
        List.of(Latency.QUEUE_MS, Latency.TTFT_MS, Latency.ITL_MS, Latency.TOTAL_MS)) {
      @Nullable LatencySketch sketch = all.get(latency);
      text.append(latency.label().replace("_ms", "")).append(' ');
      text.append(
          sketch == null
              ? "–  "
              : format("%.0f/%.0f  ", sketch.quantile(0.5), sketch.quantile(0.95)));
    }
    return Line.of(text.toString().stripTrailing());
  }

  private static List<Line> engines(Fleet fleet) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "TASKMANAGER",
            "SEQUENCES",
            "BATCH",
            "LOOPS",
            "DEVICE KV",
            "HOST KV",
            "HEAP",
            "CPU",
            "MACHINE CPU"));
    fleet.engines().forEach((id, one) -> rows.add(engine(id, one)));
    return table(rows);
  }

  private static List<String> engine(String id, Member one) {
    double span = Math.max(1, one.spanMillis(OVER_MILLIS));
    double steps = one.gaugeGrowth("engine_steps", OVER_MILLIS);
    double busy = 0;
    for (String part : List.of("prefill", "decode", "restore", "export", "other")) {
      busy += one.gaugeGrowth("engine_" + part + "_ms", OVER_MILLIS);
    }
    double loops = Math.max(1, one.gauge("engine_loops"));
    return List.of(
        id,
        format("%.0f", one.gauge("engine_unfinished")),
        steps == 0 ? "–" : format("%.1f", one.gaugeGrowth("engine_sequences", OVER_MILLIS) / steps),
        format("%.0f %% of %.0f", Math.min(100, 100 * busy / span / loops), loops),
        bar(one.gauge("kv_device_tokens") / one.gauge("kv_device_room_tokens")),
        Text.bytes(one.gauge("kv_host_bytes")),
        bar(one.gauge("heap_used_bytes") / one.gauge("heap_max_bytes")),
        format(
            "%.0f %% of %.0f",
            100 * one.gaugeGrowth("cpu_process_ms", OVER_MILLIS) / span,
            100 * one.gauge("cpu_cores")),
        format("%.0f %%", 100 * one.gaugeGrowth("cpu_machine_ms", OVER_MILLIS) / span));
  }

  private static String bar(double share) {
    if (!Double.isFinite(share)) {
      return "–";
    }
    int full = (int) Math.round(Math.max(0, Math.min(1, share)) * BAR);
    return "█".repeat(full) + "·".repeat(BAR - full) + format(" %3.0f %%", 100 * share);
  }

  private static List<Line> sessions(Surroundings all) {
    List<Line> lines = new ArrayList<>();
    Report report = Report.of(all.fleet(), OVER_MILLIS, all.job());
    for (String line : ReportText.largestSessions(report, SESSIONS).lines().toList()) {
      lines.add(Line.of(line));
    }
    return lines;
  }

  private static List<Line> alerts(Health health, Surroundings all) {
    List<Line> lines = new ArrayList<>();
    for (Check check : health.checks()) {
      if (check.status() != Status.HEALTHY) {
        lines.add(
            new Line(
                color(check.status()),
                check.status().label() + "  " + check.component() + ": " + check.finding()));
        lines.add(Line.of("   -> " + check.remedy()));
      }
    }
    Report.of(all.fleet(), OVER_MILLIS, all.job())
        .findings()
        .forEach(
            one -> {
              lines.add(new Line(Screen.YELLOW, one.rule() + ": " + one.evidence()));
              lines.add(Line.of("   -> " + one.advice().command()));
            });
    return lines.isEmpty() ? List.of(Line.of("no alerts")) : lines;
  }

  private static List<Line> table(List<List<String>> rows) {
    List<Line> lines = new ArrayList<>();
    for (String line : Text.table(rows).lines().toList()) {
      lines.add(new Line(lines.isEmpty() ? Screen.BOLD : "", line));
    }
    return lines;
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
