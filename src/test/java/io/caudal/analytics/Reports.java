package io.caudal.analytics;

import io.caudal.analytics.JobView.Checkpoints;
import io.caudal.metrics.LatencySketch;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.MetricsRecord.About;
import io.caudal.protocol.MetricsRecord.Details;
import io.caudal.protocol.MetricsRecord.Device;
import io.caudal.protocol.MetricsRecord.LatencySummary;
import io.caudal.protocol.MetricsRecord.Top;
import java.util.List;
import java.util.Map;

/** Metrics records of a job with two subtasks on one TaskManager, for tests. */
public final class Reports {
  public static final long WINDOW = 1_000;

  private Reports() {}

  public static MetricsRecord of(int subtask, long end, Map<String, Long> counters) {
    return of(subtask, end, counters, Map.of(), Map.of());
  }

  public static MetricsRecord of(
      int subtask, long end, Map<String, Long> counters, Map<String, Double> gauges) {
    return of(subtask, end, counters, gauges, Map.of());
  }

  public static MetricsRecord of(
      int subtask,
      long end,
      Map<String, Long> counters,
      Map<String, Double> gauges,
      Map<String, LatencySummary> latencies) {
    About about = new About(2, "tm-1", "demo", new Device("cpu", ""), "rocksdb", 0, Map.of());
    return new MetricsRecord(subtask, 1, end - WINDOW, end, counters, gauges, latencies, about);
  }

  public static MetricsRecord withSettings(
      int subtask, long end, long version, Map<String, String> settings) {
    About about = new About(2, "tm-1", "demo", new Device("cpu", ""), "rocksdb", version, settings);
    return new MetricsRecord(subtask, 1, end - WINDOW, end, Map.of(), Map.of(), Map.of(), about);
  }

  public static MetricsRecord on(Device device, int subtask, long end, Map<String, Double> gauges) {
    About about = new About(2, "tm-1", "demo", device, "rocksdb", 0, Map.of());
    return new MetricsRecord(subtask, 1, end - WINDOW, end, Map.of(), gauges, Map.of(), about);
  }

  public static MetricsRecord withTops(int subtask, long end, Map<String, List<Top>> tops) {
    MetricsRecord plain = of(subtask, end, Map.of());
    return new MetricsRecord(
        subtask,
        1,
        plain.windowStartMillis(),
        end,
        Map.of(),
        Map.of(),
        Map.of(),
        plain.about(),
        new Details(tops, ""));
  }

  /** That record of a job with so many subtasks. */
  public static MetricsRecord ofMany(int subtasks, MetricsRecord record) {
    About about = record.about();
    return with(
        record,
        new About(
            subtasks,
            about.taskManager(),
            about.model(),
            about.device(),
            about.stateBackend(),
            about.configVersion(),
            about.settings()));
  }

  /** That record, said by another. */
  public static MetricsRecord with(MetricsRecord record, About about) {
    return new MetricsRecord(
        record.subtask(),
        record.attempt(),
        record.windowStartMillis(),
        record.windowEndMillis(),
        record.counters(),
        record.gauges(),
        record.latencies(),
        about);
  }

  /** A job in such a state, with a newest checkpoint of that moment. */
  public static JobView job(String state, long checkpointMillis) {
    return new JobView(
        "id",
        "caudal",
        state,
        9,
        9,
        1_000,
        0,
        "",
        0,
        "EmbeddedRocksDBStateBackend",
        new Checkpoints(500, 10, 0, checkpointMillis, 2_048, 1_024, 40, 0, ""));
  }

  public static LatencySummary latency(double... millis) {
    LatencySketch sketch = new LatencySketch();
    for (double value : millis) {
      sketch.record(value);
    }
    return new LatencySummary(
        millis.length,
        sketch.quantile(0.5),
        sketch.quantile(0.95),
        sketch.quantile(0.99),
        sketch.max(),
        sketch.encode());
  }
}
