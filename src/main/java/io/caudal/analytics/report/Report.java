package io.caudal.analytics.report;

import io.caudal.adapt.Controller;
import io.caudal.adapt.Move;
import io.caudal.adapt.WindowFigures;
import io.caudal.analytics.Fleet;
import io.caudal.analytics.JobView;
import io.caudal.analytics.Member;
import io.caudal.analytics.Stats;
import io.caudal.config.AdaptiveMode;
import io.caudal.config.AdaptiveSettings;
import io.caudal.metrics.HeavyKeys;
import io.caudal.metrics.HeavyKeys.Heavy;
import io.caudal.metrics.SessionIdle;
import io.caudal.metrics.Tops;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.MetricsRecord.Top;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a running Caudal did in a window, and what to do about it. */
public final class Report {
  private static final int MOST_KEYS = 64;

  /** Hits of turns by how long their session had been idle. */
  record IdleHits(SessionIdle idle, long promptTokens, long cachedTokens) {}

  private final Stats stats;
  private final List<Stage> stages;
  private final Figures figures;
  private final long windowMillis;

  private Report(Stats stats, List<Stage> stages, Figures figures, long windowMillis) {
    this.stats = stats;
    this.stages = stages;
    this.figures = figures;
    this.windowMillis = windowMillis;
  }

  /**
   * @param fleet with all records of the window
   * @param job null if no JobManager was found
   */
  public static Report of(Fleet fleet, long windowMillis, @Nullable JobView job) {
    Stats stats = new Stats(fleet, windowMillis);
    List<Stage> stages = Stages.of(stats);
    return new Report(stats, stages, Figures.of(stats, stages, job), windowMillis);
  }

  Stats stats() {
    return stats;
  }

  List<Stage> stages() {
    return stages;
  }

  Figures figures() {
    return figures;
  }

  /** What holds it up, most telling first. */
  public List<Finding> findings() {
    return Rules.findings(figures);
  }

  /** What the adaptive controller may do; it was so at the window's end. */
  AdaptiveMode adaptive() {
    return AdaptiveSettings.from(figures.settings()).mode();
  }

  /** What its rules ask for by this window, most important first; nothing while it is off. */
  public List<Move> moves() {
    if (adaptive() == AdaptiveMode.OFF) {
      return List.of();
    }
    List<MetricsRecord> records =
        stats.fleet().members().stream().flatMap(m -> m.within(windowMillis).stream()).toList();
    return WindowFigures.of(records).map(Controller::advice).orElse(List.of());
  }

  List<Anomaly> anomalies() {
    return Anomalies.of(stats.fleet(), windowMillis);
  }

  List<IdleHits> hitsByIdle() {
    List<IdleHits> hits = new ArrayList<>();
    for (SessionIdle idle : SessionIdle.values()) {
      long prompt = stats.recent(idle.promptCounter());
      if (prompt > 0) {
        hits.add(new IdleHits(idle, prompt, stats.recent(idle.cachedCounter())));
      }
    }
    return hits;
  }

  /** The largest, since each subtask started, merged over subtasks; by wire name. */
  Map<String, List<Heavy>> tops(int most) {
    Map<String, List<Heavy>> tops = new LinkedHashMap<>();
    for (String name : Tops.NAMES) {
      HeavyKeys merged = new HeavyKeys(MOST_KEYS);
      for (Member member : stats.fleet().members()) {
        List<Top> told = member.newest().details().tops().getOrDefault(name, List.of());
        merged.merge(
            HeavyKeys.of(
                MOST_KEYS,
                told.stream().map(t -> new Heavy(t.key(), t.amount(), t.error())).toList()));
      }
      tops.put(name, merged.top(most));
    }
    return tops;
  }
}
