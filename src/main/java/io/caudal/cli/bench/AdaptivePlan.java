package io.caudal.cli.bench;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is played, and for how long.
 *
 * @param presets names of presets to compare with
 * @param seconds of each cell that count
 * @param settleSeconds of the same load ahead, under a preset
 * @param learnSeconds of the same load ahead, under the controller
 * @param rounds how often all of it is done
 * @param slo targets, of the controller and of the interactive score
 */
public record AdaptivePlan(
    List<TrialLoad> loads,
    List<String> presets,
    int seconds,
    int settleSeconds,
    int learnSeconds,
    int rounds,
    long seed,
    Slo slo) {

  /** As much as the most lavish preset takes: high_performance. */
  private static final String MEMORY_LIMIT = "1536mb";

  /** With what the job is started, the same for all: a quarter of the default room for KV. */
  public static Map<String, String> jobSettings() {
    return new TreeMap<>(
        Map.of(
            "kv.device.tokens", "16384",
            "kv.host.bytes", "32mb",
            "metrics.interval", "500ms"));
  }

  /**
   * What the controller's cells are started with; all else is as the job was started. Nobody waits
   * for a single answer of the bulk load, so it has no targets: then tokens a second count alone.
   */
  Map<String, String> adaptiveSettings(TrialLoad load) {
    boolean waits = load != TrialLoad.BULK;
    return new TreeMap<>(
        Map.of(
            "adaptive.mode",
            "on",
            "adaptive.interval",
            "2s",
            "adaptive.memory-limit",
            MEMORY_LIMIT,
            "adaptive.ttft-target",
            (waits ? Math.round(slo.ttftMs()) : 0) + "ms",
            "adaptive.itl-target",
            (waits ? Math.round(slo.itlMs()) : 0) + "ms"));
  }

  /** About how long it takes, without start and end. */
  public int totalSeconds() {
    int cells = presets.size() * (settleSeconds + seconds) + learnSeconds + seconds;
    return rounds * loads.size() * cells;
  }
}
