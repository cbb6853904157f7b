package io.caudal.analytics;

import io.caudal.analytics.JobView.Checkpoints;
import io.caudal.metrics.LatencySketch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Statistics for people. */
public final class StatsText {
  private StatsText() {}

  /**
   * @param job null if no JobManager was found
   */
  public static String of(Stats stats, @Nullable JobView job, long nowMillis) {
    Fleet fleet = stats.fleet();
    if (fleet.members().isEmpty()) {
      return "no subtask has ever reported: does the job run, with this broker and these topics?\n";
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("subtasks", subtasks(fleet, nowMillis)));
    rows.add(List.of("last", Text.millis(stats.spanMillis())));
    rows.add(
        List.of(
            "  rates",
            format(
                "%.2f requests/s, %.1f tokens/s generated, %.1f prompt tokens/s",
                stats.perSecond("requests"),
                stats.perSecond("completion_tokens"),
                stats.perSecond("prompt_tokens"))));
    rows.add(
        List.of(
            "  hit rate",
            Text.percent(stats.recentHitRate()) + " of prompt tokens had their KV somewhere"));
    rows.add(List.of("since start", ""));
    rows.add(
        List.of(
            "  results",
            format(
                "%d ok, %d failed, %d repeated",
                fleet.count("results_ok"),
                fleet.count("results_failed"),
                fleet.count("results_repeated"))));
    rows.add(List.of("  errors", errors(stats.errors())));
    rows.add(List.of("  prompt tokens", tokens(stats)));
    rows.add(
        List.of(
            "  state",
            format(
                "restored %d times (%d tokens, %s), recomputed %d times; %s stored%s; %d blocks of no use",
                fleet.count("restores"),
                fleet.count("restored_tokens"),
                Text.bytes(fleet.count("restored_bytes")),
                fleet.count("recomputes"),
                Text.bytes(fleet.count("stored_bytes")),
                compression(stats.compressionRatio()),
                fleet.count("block_misses"))));
    rows.add(
        List.of(
            "  sessions",
            format(
                "%d started, %d ended; %.0f remembered, %.0f idle on the device",
                fleet.count("sessions_started"),
                fleet.count("sessions_ended"),
                fleet.sum("sessions"),
                stats.shared("kv_device_sessions"))));
    rows.add(List.of("now", ""));
    rows.add(
        List.of(
            "  requests",
            format(
                "%.0f at hand, %.0f of them running; %.0f set aside",
                fleet.sum("at_hand"), fleet.sum("running"), fleet.sum("aside"))));
    rows.add(List.of("  KV", memory(stats)));
    fleet.engines().forEach((id, one) -> rows.add(List.of("  " + id, engine(one))));
    rows.add(
        List.of(
            "  checkpoint",
            job == null
                ? "not known: no JobManager was found that has the job (--rest)"
                : checkpoint(job.checkpoints(), nowMillis)));
    return Text.table(rows) + latencies(stats);
  }

  private static String subtasks(Fleet fleet, long nowMillis) {
    List<Integer> silent = fleet.silent(nowMillis);
    long age = fleet.members().stream().mapToLong(m -> m.ageMillis(nowMillis)).min().orElse(0);
    return fleet.subtasks()
        + (silent.isEmpty() ? "" : ", no news for a while of subtask " + Text.list(silent))
        + "; last report "
        + Text.millis(age)
        + " ago";
  }

  private static String errors(Map<String, Long> errors) {
    return errors.isEmpty()
        ? "none"
        : errors.entrySet().stream()
            .map(e -> e.getKey() + " " + e.getValue())
            .collect(Collectors.joining(", "));
  }

  private static String tokens(Stats stats) {
    Fleet fleet = stats.fleet();
    long prompt = fleet.count("prompt_tokens");
    return format(
        "%d; hit %s: %d on the device, %d in host memory, %d from state; missed %d,"
            + " %d of them history",
        prompt,
        Text.percent(stats.hitRate()),
        fleet.count("device_hit_tokens"),
        fleet.count("host_hit_tokens"),
        fleet.count("state_hit_tokens"),
        prompt - fleet.count("cached_tokens"),
        fleet.count("recomputed_tokens"));
  }

  private static String compression(double ratio) {
    return Double.isNaN(ratio) ? "" : format(", compression ratio %.1f", ratio);
  }

  private static String memory(Stats stats) {
    return format(
        "%s of %s on the device, %s of %s in host memory, %s in state",
        Text.bytes(stats.shared("kv_device_bytes")),
        Text.bytes(stats.shared("kv_device_room_bytes")),
        Text.bytes(stats.shared("kv_host_bytes")),
        Text.bytes(stats.hostLimitBytes()),
        Text.bytes(stats.fleet().sum("kv_state_bytes")));
  }

  private static String engine(Member member) {
    return format(
        "%s on %s, %.0f sequences in the engine; KV %.0f of %.0f tokens on the device, %s in host memory%s;"
            + " heap %s of %s; disk %s free",
        member.newest().about().model(),
        member.deviceInWords(),
        member.gauge("engine_unfinished"),
        member.gauge("kv_device_tokens"),
        member.gauge("kv_device_room_tokens"),
        Text.bytes(member.gauge("kv_host_bytes")),
        member.gpuInWords(),
        Text.bytes(member.gauge("heap_used_bytes")),
        Text.bytes(member.gauge("heap_max_bytes")),
        Text.bytes(member.gauge("disk_free_bytes")));
  }

  private static String checkpoint(Checkpoints checkpoints, long nowMillis) {
    if (checkpoints.newestMillis() == 0) {
      return "none yet";
    }
    return format(
        "%s ago, %s (%s new), took %s; %d failed",
        Text.millis(nowMillis - checkpoints.newestMillis()),
        Text.bytes(checkpoints.newestBytes()),
        Text.bytes(checkpoints.newestWritten()),
        Text.millis(checkpoints.newestDurationMillis()),
        checkpoints.failed());
  }

  private static String latencies(Stats stats) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("latency, ms", "count", "p50", "p95", "p99", "max"));
    stats
        .latencies()
        .forEach(
            (latency, sketch) -> {
              List<String> row = new ArrayList<>();
              row.add("  " + latency.label().replaceFirst("_ms$", ""));
              row.add(Long.toString(Math.round(sketch.count())));
              row.addAll(quantiles(sketch));
              rows.add(row);
            });
    return rows.size() == 1 ? "" : Text.table(rows);
  }

  private static List<String> quantiles(LatencySketch sketch) {
    return List.of(
        format("%.1f", sketch.quantile(0.5)),
        format("%.1f", sketch.quantile(0.95)),
        format("%.1f", sketch.quantile(0.99)),
        format("%.1f", sketch.max()));
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
