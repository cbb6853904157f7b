package io.caudal.stream.inference;

import io.caudal.engine.host.Engine;
import io.caudal.engine.host.Engines;
import io.caudal.error.ErrorCode;
import io.caudal.metrics.Counter;
import io.caudal.metrics.Latency;
import io.caudal.metrics.LatencySketch;
import io.caudal.metrics.SessionIdle;
import io.caudal.metrics.SubtaskMetrics;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.MetricsRecord.About;
import io.caudal.protocol.MetricsRecord.Details;
import io.caudal.protocol.MetricsRecord.Device;
import io.caudal.protocol.MetricsRecord.LatencySummary;
import io.caudal.protocol.MetricsRecord.Top;
import io.caudal.protocol.Result;
import io.caudal.stream.operator.Emitter;
import io.caudal.stream.operator.KeyedAsyncContext;
import io.caudal.stream.state.SessionTotals;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;
import org.apache.flink.api.common.TaskInfo;

/**
 * Sends one subtask's metrics to the metrics topic, and shows its counters, gauges and latencies to
 * Flink's metric system, in the operator's group {@code caudal}. Task thread only.
 */
final class MetricsReporter {
  /** Wire name of the counter of an error code: this, then the code. */
  private static final String ERROR = "error_";

  private final KeyedAsyncContext<Result> context;
  private final TaskInfo task;
  private final Engines.Lease lease;
  private final Engine engine;
  private final LiveSettings live;
  private final String taskManager;
  private final SubtaskMetrics metrics = new SubtaskMetrics();
  private final Map<String, DoubleSupplier> gauges;
  private long windowStartMillis;

  /** Of the window before this one; Flink's reporters read it. */
  private volatile Map<String, LatencySummary> lastLatencies = Map.of();

  MetricsReporter(
      KeyedAsyncContext<Result> context,
      Engines.Lease lease,
      LiveSettings live,
      SessionTotals totals) {
    this.context = context;
    this.task = context.runtime().getTaskInfo();
    this.lease = lease;
    this.engine = lease.engine();
    this.live = live;
    this.gauges = SubtaskGauges.of(context, lease, totals);
    this.windowStartMillis = context.currentTimeMillis();
    var all = context.runtime().getMetricGroup();
    this.taskManager = all.getAllVariables().getOrDefault("<tm_id>", "");
    var group = all.addGroup("caudal");
    for (Counter counter : Counter.values()) {
      group.gauge(counter.label(), () -> metrics.count(counter));
    }
    for (ErrorCode code : ErrorCode.values()) {
      group.gauge(ERROR + code.code(), () -> metrics.failures(code));
    }
    for (SessionIdle idle : SessionIdle.values()) {
      group.gauge(idle.promptCounter(), () -> metrics.promptTokens(idle));
      group.gauge(idle.cachedCounter(), () -> metrics.cachedTokens(idle));
    }
    gauges.forEach((name, gauge) -> group.gauge(name, gauge::getAsDouble));
    for (Latency latency : Latency.values()) {
      String name = latency.label();
      group.gauge(name + "_p50", () -> last(name, LatencySummary::p50));
      group.gauge(name + "_p95", () -> last(name, LatencySummary::p95));
      group.gauge(name + "_p99", () -> last(name, LatencySummary::p99));
    }
  }

  /** No number if nothing was timed in that window. */
  private double last(String latency, ToDoubleFunction<LatencySummary> quantile) {
    LatencySummary summary = lastLatencies.get(latency);
    return summary == null ? Double.NaN : quantile.applyAsDouble(summary);
  }

  SubtaskMetrics metrics() {
    return metrics;
  }

  /** Ends the window and sends what happened in it. */
  void report(Emitter<Result> out) {
    long now = context.currentTimeMillis();
    Map<String, Double> levels = new TreeMap<>();
    gauges.forEach((name, gauge) -> levels.put(name, gauge.getAsDouble()));
    Map<String, LatencySummary> latencies = new TreeMap<>();
    for (Map.Entry<Latency, LatencySketch> entry : metrics.takeLatencies().entrySet()) {
      if (entry.getValue().count() > 0) {
        latencies.put(entry.getKey().label(), summary(entry.getValue()));
      }
    }
    lastLatencies = latencies;
    About about =
        new About(
            task.getNumberOfParallelSubtasks(),
            taskManager,
            engine.model().name(),
            new Device(engine.device(), lease.missing()),
            context.stateBackend(),
            live.version(),
            live.told());
    out.emit(
        Outputs.METRICS,
        new MetricsRecord(
            task.getIndexOfThisSubtask(),
            context.attempt(),
            windowStartMillis,
            now,
            counters(),
            levels,
            latencies,
            about,
            new Details(tops(), engine.timeline().take())));
    windowStartMillis = now;
  }

  private Map<String, List<Top>> tops() {
    Map<String, List<Top>> tops = new TreeMap<>();
    metrics
        .tops()
        .told()
        .forEach(
            (name, keys) ->
                tops.put(
                    name,
                    keys.stream()
                        .map(one -> new Top(one.key(), one.amount(), one.error()))
                        .toList()));
    return tops;
  }

  private Map<String, Long> counters() {
    Map<String, Long> counters = new TreeMap<>();
    for (Counter counter : Counter.values()) {
      counters.put(counter.label(), metrics.count(counter));
    }
    for (ErrorCode code : ErrorCode.values()) {
      if (metrics.failures(code) > 0) {
        counters.put(ERROR + code.code(), metrics.failures(code));
      }
    }
    for (SessionIdle idle : SessionIdle.values()) {
      if (metrics.promptTokens(idle) > 0) {
        counters.put(idle.promptCounter(), metrics.promptTokens(idle));
        counters.put(idle.cachedCounter(), metrics.cachedTokens(idle));
      }
    }
    return counters;
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
