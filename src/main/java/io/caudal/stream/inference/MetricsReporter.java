package io.caudal.stream.inference;

import io.caudal.engine.host.Engine;
import io.caudal.metrics.Counter;
import io.caudal.metrics.Latency;
import io.caudal.metrics.LatencySketch;
import io.caudal.metrics.SubtaskMetrics;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.MetricsRecord.LatencySummary;
import io.caudal.protocol.Result;
import io.caudal.stream.operator.Emitter;
import io.caudal.stream.operator.KeyedAsyncContext;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sends one subtask's metrics to the metrics topic, and shows its counters to Flink's metric
 * system. Task thread only.
 */
final class MetricsReporter {
  private final KeyedAsyncContext<Result> context;
  private final int subtask;
  private final Engine engine;
  private final SubtaskMetrics metrics = new SubtaskMetrics();
  private long windowStartMillis;

  MetricsReporter(KeyedAsyncContext<Result> context, int subtask, Engine engine) {
    this.context = context;
    this.subtask = subtask;
    this.engine = engine;
    this.windowStartMillis = context.currentTimeMillis();
    var group = context.runtime().getMetricGroup().addGroup("caudal");
    for (Counter counter : Counter.values()) {
      group.gauge(counter.label(), () -> metrics.count(counter));
    }
  }

  SubtaskMetrics metrics() {
    return metrics;
  }

  /** Ends the window and sends what happened in it. */
  void report(Emitter<Result> out) {
    long now = context.currentTimeMillis();
    Map<String, Long> counters = new TreeMap<>();
    for (Counter counter : Counter.values()) {
      counters.put(counter.label(), metrics.count(counter));
    }
    Map<String, LatencySummary> latencies = new TreeMap<>();
    for (Map.Entry<Latency, LatencySketch> entry : metrics.takeLatencies().entrySet()) {
      latencies.put(entry.getKey().label(), summary(entry.getValue()));
    }
    out.emit(
        Outputs.METRICS,
        new MetricsRecord(
            subtask,
            context.attempt(),
            windowStartMillis,
            now,
            counters,
            Map.of("engine_unfinished", (double) engine.unfinished()),
            latencies));
    windowStartMillis = now;
  }

  private static LatencySummary summary(LatencySketch sketch) {
    return new LatencySummary(
        Math.round(sketch.count()),
        sketch.quantile(0.5),
        sketch.quantile(0.95),
        sketch.quantile(0.99),
        sketch.max(),
        sketch.encode());
  }
}
