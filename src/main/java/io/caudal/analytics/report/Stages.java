package io.caudal.analytics.report;

import io.caudal.analytics.Stats;
import io.caudal.metrics.Latency;
import io.caudal.metrics.LatencySketch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the time of the window's requests went, in the order in which a request meets it. */
final class Stages {
  private Stages() {}

  static List<Stage> of(Stats stats) {
    Map<Latency, LatencySketch> latencies = stats.latencies();
    List<Stage> raw = new ArrayList<>();
    raw.add(timed("queue", latencies.get(Latency.QUEUE_MS), "waiting for the first step"));
    raw.add(timed("restore", latencies.get(Latency.RESTORE_MS), "reading KV from state"));
    raw.add(timed("prefill", latencies.get(Latency.PREFILL_MS), "first step to first token"));
    raw.add(timed("decode", latencies.get(Latency.DECODE_MS), "first token to last"));
    raw.add(summed("export", stats.grownShared("engine_export_ms"), "KV copied off the device"));
    raw.add(timed("encode", latencies.get(Latency.ENCODE_MS), "encoding KV for state"));
    raw.add(timed("state write", latencies.get(Latency.STATE_WRITE_MS), "tokens and KV to state"));
    raw.add(
        summed(
            "sink",
            stats.grown("task_emit_ms") + stats.grown("task_backpressured_ms"),
            "task thread held by what comes after it"));
    raw.add(timed("commit", latencies.get(Latency.COMMIT_MS), "result waits for its checkpoint"));
    double all = raw.stream().mapToDouble(Stage::millis).sum();
    return raw.stream()
        .map(
            s ->
                new Stage(
                    s.name(),
                    s.millis(),
                    all == 0 ? 0 : s.millis() / all,
                    s.count(),
                    s.p95(),
                    s.meaning()))
        .toList();
  }

  private static Stage timed(String name, @Nullable LatencySketch sketch, String meaning) {
    return sketch == null
        ? new Stage(name, 0, 0, 0, Double.NaN, meaning)
        : new Stage(
            name, sketch.sum(), 0, Math.round(sketch.count()), sketch.quantile(0.95), meaning);
  }

  private static Stage summed(String name, double millis, String meaning) {
    return new Stage(name, Math.max(0, millis), 0, 0, Double.NaN, meaning);
  }
}
