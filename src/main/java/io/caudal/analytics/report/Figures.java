package io.caudal.analytics.report;

import io.caudal.analytics.Fleet;
import io.caudal.analytics.JobView;
import io.caudal.analytics.Member;
import io.caudal.analytics.Stats;
import io.caudal.config.EngineSettings;
import io.caudal.config.KvSettings;
import io.caudal.config.Settings;
import io.caudal.metrics.Latency;
import io.caudal.metrics.LatencySketch;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a window that rules judge by, by name, and the settings that were in force at its
 * end. Shares are from 0 to 1; what has no value is 0.
 */
final class Figures {
  private final Map<String, Double> values = new TreeMap<>();
  private final Settings settings;

  private Figures(Settings settings) {
    this.settings = settings;
  }

  /** With these values alone, for a settings of one's own. */
  static Figures of(Map<String, Double> values, Settings settings) {
    Figures figures = new Figures(settings);
    figures.values.putAll(values);
    return figures;
  }

  /**
   * @param job null if no JobManager was found
   */
  static Figures of(Stats stats, List<Stage> stages, @Nullable JobView job) {
    List<Member> members = stats.fleet().members();
    Figures figures =
        new Figures(
            Settings.ofKnown(
                members.isEmpty() ? Map.of() : members.get(0).newest().about().settings()));
    figures.put("window_ms", stats.spanMillis());
    figures.put("requests", stats.recent("requests"));
    figures.put("ended", stats.recent("results_ok") + stats.recent("results_failed"));
    figures.put("failed", stats.recent("results_failed"));
    for (String code : List.of("timeout", "out_of_memory", "deadline_exceeded")) {
      figures.put("error_" + code, stats.recentErrors(code));
    }
    figures.put("first_token_timeouts", stats.recent("first_token_timeouts"));
    figures.put("decode_timeouts", stats.recent("decode_timeouts"));
    stages.forEach(stage -> figures.put("share_" + stage.name(), stage.share()));
    stages.forEach(stage -> figures.put("ms_" + stage.name(), stage.millis()));
    figures.hits(stats);
    figures.latencies(stats);
    figures.loops(stats);
    figures.tiers(stats);
    figures.machine(stats);
    if (job != null) {
      figures.put("checkpoint_ms", job.checkpoints().newestDurationMillis());
      figures.put("checkpoint_interval_ms", job.checkpoints().intervalMillis());
      figures.put("checkpoint_bytes", job.checkpoints().newestWritten());
    }
    return figures;
  }

  private void put(String name, double value) {
    values.put(name, Double.isFinite(value) ? value : 0);
  }

  private void put(String name, long value) {
    put(name, (double) value);
  }

  double get(String name) {
    return values.getOrDefault(name, 0.0);
  }

  Map<String, Double> all() {
    return values;
  }

  Settings settings() {
    return settings;
  }

  /** A setting's value in force, as text. */
  String text(String key) {
    return settings.text(key);
  }

  private void hits(Stats stats) {
    double prompt = stats.recent("prompt_tokens");
    put("prompt_tokens", prompt);
    put("hit_rate", stats.recent("cached_tokens") / prompt);
    put("state_hits", stats.recent("state_hit_tokens") / prompt);
    put("recomputed", stats.recent("recomputed_tokens") / prompt);
    put("refused_restore", stats.recent("refused_restore_tokens") / prompt);
    put("new_tokens", (prompt - stats.recent("cached_tokens")) / stats.recent("results_ok"));
    put(
        "compression",
        (double) stats.recent("stored_raw_bytes") / Math.max(1, stats.recent("stored_bytes")));
  }

  private void latencies(Stats stats) {
    stats
        .latencies()
        .forEach(
            (latency, sketch) -> {
              put(latency.label() + "_p50", sketch.quantile(0.5));
              put(latency.label() + "_p95", sketch.quantile(0.95));
              put(latency.label() + "_p99", sketch.quantile(0.99));
            });
    LatencySketch gaps = stats.latencies().get(Latency.ITL_MS);
    put("gaps", gaps == null ? 0 : gaps.count());
  }

  private void loops(Stats stats) {
    Fleet fleet = stats.fleet();
    Collection<Member> hosts = fleet.engines().values();
    double loops = stats.mean("engine_loops", hosts);
    double wall = loops * stats.spanMillis();
    double steps = stats.grownShared("engine_steps");
    double prefill = stats.grownShared("engine_prefill_ms");
    double decode = stats.grownShared("engine_decode_ms");
    double moved = stats.grownShared("engine_restore_ms") + stats.grownShared("engine_export_ms");
    double busy = prefill + decode + moved + stats.grownShared("engine_other_ms");
    put("loops", loops);
    put("steps", steps);
    put("loops_busy", busy / wall);
    put("loops_prefill", prefill / busy);
    put("loops_decode", decode / busy);
    put("loops_moving_kv", moved / busy);
    put("encode_share", get("ms_encode") / busy);
    put("batch", stats.grownShared("engine_sequences") / steps);
    put("max_batch", EngineSettings.from(settings).maxBatch());
    put("in_engine", stats.mean("engine_unfinished", hosts));
    put("at_hand", stats.mean("at_hand", fleet.members()));
    put("running", stats.mean("running", fleet.members()));
    put("aside", stats.mean("aside", fleet.members()));
  }

  private void tiers(Stats stats) {
    Collection<Member> hosts = stats.fleet().engines().values();
    put("device_fill", ratio(stats, "kv_device_tokens", "kv_device_room_tokens", hosts));
    put("evicted", stats.grownShared("engine_evicted"));
    put("preempted", stats.grownShared("engine_preempted"));
    long limit = KvSettings.from(settings).hostBytes();
    double host = stats.mean("kv_host_bytes", hosts) / Math.max(1, hosts.size());
    put("host_fill", limit == 0 ? 1 : host / limit);
  }

  private void machine(Stats stats) {
    Collection<Member> hosts = stats.fleet().taskManagers().values();
    double subtasks = Math.max(1, stats.fleet().members().size());
    double span = Math.max(1, stats.spanMillis());
    put("emitting", stats.grown("task_emit_ms") / subtasks / span);
    put("backpressured", stats.grown("task_backpressured_ms") / subtasks / span);
    put("task_managers", hosts.size());
    put("engines", stats.fleet().engines().size());
    put("subtasks", subtasks);
    put("cores", stats.mean("cpu_cores", hosts));
    put("cpu", stats.grownShared("cpu_process_ms") / span / get("cores"));
    put("cpu_machine", stats.grownShared("cpu_machine_ms") / span / get("cores"));
    put("gc", stats.grownShared("heap_gc_ms") / span / Math.max(1, hosts.size()));
    put("heap_bytes", stats.mean("heap_max_bytes", hosts) / Math.max(1, hosts.size()));
    put("heap_fill", ratio(stats, "heap_live_bytes", "heap_max_bytes", hosts));
  }

  private static double ratio(Stats stats, String of, String all, Collection<Member> hosts) {
    return stats.mean(of, hosts) / stats.mean(all, hosts);
  }
}
