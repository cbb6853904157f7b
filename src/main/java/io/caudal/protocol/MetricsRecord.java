package io.caudal.protocol;

import java.util.Map;

/**
 * One record of the metrics topic: what one subtask did in one window.
 *
 * @param attempt grows each time the job restarts; counters begin at 0 again then
 * @param windowStartMillis epoch milliseconds
 * @param windowEndMillis epoch milliseconds
 * @param counters since the task started, by name
 * @param gauges at the window's end, by name
 * @param latencies of the window, in milliseconds, by name
 */
public record MetricsRecord(
    int subtask,
    long attempt,
    long windowStartMillis,
    long windowEndMillis,
    Map<String, Long> counters,
    Map<String, Double> gauges,
    Map<String, LatencySummary> latencies) {

  /**
   * Quantiles of one latency, and the sketch to merge with other subtasks' and windows'.
   *
   * @param sketch DDSketch's encoding in base64
   */
  public record LatencySummary(
      long count, double p50, double p95, double p99, double max, String sketch) {}
}
