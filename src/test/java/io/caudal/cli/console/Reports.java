package io.caudal.cli.console;

import io.caudal.metrics.LatencySketch;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.MetricsRecord.About;
import io.caudal.protocol.MetricsRecord.Device;
import io.caudal.protocol.MetricsRecord.LatencySummary;
import java.util.Map;

/** Metrics records of a job with two subtasks on one TaskManager, for tests. */
final class Reports {
  static final long WINDOW = 1_000;

  private Reports() {}

  static MetricsRecord of(int subtask, long end, Map<String, Long> counters) {
    return of(subtask, end, counters, Map.of(), Map.of());
  }

  static MetricsRecord of(
      int subtask, long end, Map<String, Long> counters, Map<String, Double> gauges) {
    return of(subtask, end, counters, gauges, Map.of());
  }

  static MetricsRecord of(
      int subtask,
      long end,
      Map<String, Long> counters,
      Map<String, Double> gauges,
      Map<String, LatencySummary> latencies) {
    About about = new About(2, "tm-1", "demo", new Device("cpu", ""), 0, Map.of());
    return new MetricsRecord(subtask, 1, end - WINDOW, end, counters, gauges, latencies, about);
  }

  static MetricsRecord withSettings(
      int subtask, long end, long version, Map<String, String> settings) {
    About about = new About(2, "tm-1", "demo", new Device("cpu", ""), version, settings);
    return new MetricsRecord(subtask, 1, end - WINDOW, end, Map.of(), Map.of(), Map.of(), about);
  }

  static MetricsRecord on(Device device, int subtask, long end, Map<String, Double> gauges) {
    About about = new About(2, "tm-1", "demo", device, 0, Map.of());
    return new MetricsRecord(subtask, 1, end - WINDOW, end, Map.of(), gauges, Map.of(), about);
  }

  static LatencySummary latency(double... millis) {
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
