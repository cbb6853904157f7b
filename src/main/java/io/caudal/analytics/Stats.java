package io.caudal.analytics;

import io.caudal.config.KvSettings;
import io.caudal.config.Settings;
import io.caudal.metrics.Latency;
import io.caudal.metrics.LatencySketch;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.MetricsRecord.LatencySummary;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Figures over all subtasks: totals since each one's task started, rates and latencies of the last
 * so many milliseconds. Latencies are merged from the subtasks' sketches, not averaged.
 */
public final class Stats {
  private static final String ERROR = "error_";

  private final Fleet fleet;
  private final long overMillis;

  public Stats(Fleet fleet, long overMillis) {
    this.fleet = fleet;
    this.overMillis = overMillis;
  }

  public Fleet fleet() {
    return fleet;
  }

  /** How long the windows are that rates and latencies are of; 0 if nobody has reported. */
  public long spanMillis() {
    return fleet.members().stream()
        .mapToLong(member -> member.spanMillis(overMillis))
        .max()
        .orElse(0);
  }

  /** What was counted a second, in these windows. */
  public double perSecond(String counter) {
    double rate = 0;
    for (Member member : fleet.members()) {
      long span = member.spanMillis(overMillis);
      rate += span <= 0 ? 0 : 1e3 * member.growth(counter, overMillis) / span;
    }
    return rate;
  }

  /** What was counted in these windows. */
  public long recent(String counter) {
    return fleet.members().stream().mapToLong(m -> m.growth(counter, overMillis)).sum();
  }

  /** Prompt tokens whose KV was there, of all; NaN without any. */
  public double hitRate() {
    long prompt = fleet.count("prompt_tokens");
    return prompt == 0 ? Double.NaN : (double) fleet.count("cached_tokens") / prompt;
  }

  /** As {@link #hitRate}, in these windows. */
  public double recentHitRate() {
    long prompt = recent("prompt_tokens");
    return prompt == 0 ? Double.NaN : (double) recent("cached_tokens") / prompt;
  }

  /** How many times smaller KV in state is for its encoding; NaN if none was written. */
  public double compressionRatio() {
    long stored = fleet.count("stored_bytes");
    return stored == 0 ? Double.NaN : (double) fleet.count("stored_raw_bytes") / stored;
  }

  /** The limit of KV off the heap, added up over engines. */
  public long hostLimitBytes() {
    return fleet.engines().values().stream()
        .map(member -> Settings.ofKnown(member.newest().about().settings()))
        .mapToLong(settings -> KvSettings.from(settings).hostBytes())
        .sum();
  }

  /** Requests that failed, by error code. */
  public Map<String, Long> errors() {
    Map<String, Long> errors = new TreeMap<>();
    for (Member member : fleet.members()) {
      member
          .newest()
          .counters()
          .forEach(
              (name, count) -> {
                if (name.startsWith(ERROR) && count > 0) {
                  errors.merge(name.substring(ERROR.length()), count, Long::sum);
                }
              });
    }
    return errors;
  }

  /** Failures with this code in these windows. */
  public long recentErrors(String code) {
    return recent(ERROR + code);
  }

  /** Latencies in these windows, those without a value left out. */
  public Map<Latency, LatencySketch> latencies() {
    Map<Latency, LatencySketch> merged = new EnumMap<>(Latency.class);
    for (Member member : fleet.members()) {
      for (MetricsRecord record : member.within(overMillis)) {
        for (Latency latency : Latency.values()) {
          LatencySummary summary = record.latencies().get(latency.label());
          if (summary != null) {
            merged
                .computeIfAbsent(latency, key -> new LatencySketch())
                .merge(LatencySketch.decode(summary.sketch()));
          }
        }
      }
    }
    return merged;
  }

  /** Growth in these windows of what subtasks share, added up over engines or TaskManagers. */
  public double grownShared(String gauge) {
    return sharers(gauge).stream()
        .mapToDouble(member -> member.gaugeGrowth(gauge, overMillis))
        .sum();
  }

  /** Growth in these windows of what each subtask has of its own, added up. */
  public double grown(String gauge) {
    return fleet.members().stream().mapToDouble(m -> m.gaugeGrowth(gauge, overMillis)).sum();
  }

  /** A gauge's mean over these windows, added up over the members given. */
  public double mean(String gauge, Collection<Member> of) {
    return of.stream()
        .mapToDouble(
            member ->
                member.within(overMillis).stream()
                    .mapToDouble(record -> record.gauges().getOrDefault(gauge, 0.0))
                    .average()
                    .orElse(0))
        .sum();
  }

  /** A gauge of what subtasks share, added up over engines or TaskManagers. */
  public double shared(String gauge) {
    return sharers(gauge).stream().mapToDouble(m -> m.gauge(gauge)).sum();
  }

  private Collection<Member> sharers(String gauge) {
    return (isEngines(gauge) ? fleet.engines() : fleet.taskManagers()).values();
  }

  /** Whether subtasks share it that have an engine in common, and not all of a TaskManager. */
  public static boolean isEngines(String gauge) {
    boolean own = gauge.equals("kv_state_bytes"); // each subtask's keys are its own
    return !own
        && (gauge.startsWith("engine_") || gauge.startsWith("kv_") || gauge.startsWith("device_"));
  }
}
