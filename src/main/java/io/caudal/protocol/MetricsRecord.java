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
 * @param about who reports
 */
public record MetricsRecord(
    int subtask,
    long attempt,
    long windowStartMillis,
    long windowEndMillis,
    Map<String, Long> counters,
    Map<String, Double> gauges,
    Map<String, LatencySummary> latencies,
    About about) {

  /** Of a reporter that says nothing of itself. */
  public MetricsRecord(
      int subtask,
      long attempt,
      long windowStartMillis,
      long windowEndMillis,
      Map<String, Long> counters,
      Map<String, Double> gauges,
      Map<String, LatencySummary> latencies) {
    this(
        subtask,
        attempt,
        windowStartMillis,
        windowEndMillis,
        counters,
        gauges,
        latencies,
        About.NOTHING);
  }

  /**
   * The subtask that reports, and the settings in force there.
   *
   * @param subtasks how many there are; 0 where it wasn't said
   * @param taskManager resource id of the TaskManager; empty where it isn't known
   * @param model name of the model
   * @param configVersion changes of live settings applied so far
   * @param settings those that differ from the defaults, without the Kafka clients' own
   */
  public record About(
      int subtasks,
      String taskManager,
      String model,
      long configVersion,
      Map<String, String> settings) {
    public static final About NOTHING = new About(0, "", "", 0, Map.of());
  }

  /**
   * Quantiles of one latency, and the sketch to merge with other subtasks' and windows'.
   *
   * @param sketch DDSketch's encoding in base64
   */
  public record LatencySummary(
      long count, double p50, double p95, double p99, double max, String sketch) {}
}
