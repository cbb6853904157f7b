package io.caudal.protocol;

import java.util.List;
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
 * @param details what no counter can tell
 */
public record MetricsRecord(
    int subtask,
    long attempt,
    long windowStartMillis,
    long windowEndMillis,
    Map<String, Long> counters,
    Map<String, Double> gauges,
    Map<String, LatencySummary> latencies,
    About about,
    Details details) {

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

  /** Without details. */
  public MetricsRecord(
      int subtask,
      long attempt,
      long windowStartMillis,
      long windowEndMillis,
      Map<String, Long> counters,
      Map<String, Double> gauges,
      Map<String, LatencySummary> latencies,
      About about) {
    this(
        subtask,
        attempt,
        windowStartMillis,
        windowEndMillis,
        counters,
        gauges,
        latencies,
        about,
        Details.NOTHING);
  }

  /** For those who keep many. */
  public MetricsRecord withoutDetails() {
    return new MetricsRecord(
        subtask, attempt, windowStartMillis, windowEndMillis, counters, gauges, latencies, about);
  }

  /**
   * The subtask that reports, and the settings in force there.
   *
   * @param subtasks how many there are; 0 where it wasn't said
   * @param taskManager resource id of the TaskManager; empty where it isn't known
   * @param model name of the model
   * @param device where its engine computes
   * @param stateBackend that keeps its sessions, as Flink calls it; empty where it wasn't said
   * @param configVersion changes of live settings applied so far
   * @param settings those that differ from the defaults, without the Kafka clients' own
   */
  public record About(
      int subtasks,
      String taskManager,
      String model,
      Device device,
      String stateBackend,
      long configVersion,
      Map<String, String> settings) {
    public static final About NOTHING = new About(0, "", "", Device.UNKNOWN, "", 0, Map.of());
  }

  /**
   * Where an engine computes.
   *
   * @param name {@code cpu} or {@code cuda:N}; empty where it wasn't said
   * @param missing which GPUs had no memory, so that the engine is not there, and why; empty for
   *     none
   */
  public record Device(String name, String missing) {
    public static final Device UNKNOWN = new Device("", "");
  }

  /**
   * Quantiles of one latency, and the sketch to merge with other subtasks' and windows'.
   *
   * @param sketch DDSketch's encoding in base64
   */
  public record LatencySummary(
      long count, double p50, double p95, double p99, double max, String sketch) {}

  /**
   * What no counter can tell.
   *
   * @param tops the largest sessions and tenants since the task started, by what they are largest
   *     in
   * @param timeline what threads did in the window, encoded; empty unless somebody profiles
   */
  public record Details(Map<String, List<Top>> tops, String timeline) {
    public static final Details NOTHING = new Details(Map.of(), "");
  }

  /**
   * One of the largest.
   *
   * @param error by how much the amount may be too high
   */
  public record Top(String key, long amount, long error) {}
}
