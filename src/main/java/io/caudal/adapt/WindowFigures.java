package io.caudal.adapt;

import io.caudal.config.KvSettings;
import io.caudal.config.Settings;
import io.caudal.metrics.LatencySketch;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.MetricsRecord.About;
import io.caudal.protocol.MetricsRecord.LatencySummary;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Figures of a window from the metrics records in it: counters and growing gauges by what they grew
 * from each subtask's first record to its last, levels by their mean, latencies merged from
 * sketches.
 */
public final class WindowFigures {
  private final Map<Integer, List<MetricsRecord>> bySubtask = new TreeMap<>();
  private final Map<String, List<MetricsRecord>> byTaskManager = new TreeMap<>();
  private final Map<String, List<MetricsRecord>> byEngine = new TreeMap<>();
  private final Map<String, Double> figures = new HashMap<>();

  private WindowFigures(List<MetricsRecord> records) {
    for (MetricsRecord record : records) {
      bySubtask.computeIfAbsent(record.subtask(), key -> new ArrayList<>()).add(record);
    }
    for (List<MetricsRecord> own : bySubtask.values()) {
      own.sort(Comparator.comparingLong(MetricsRecord::windowEndMillis));
      About about = own.get(own.size() - 1).about();
      byTaskManager.putIfAbsent(about.taskManager(), own);
      byEngine.putIfAbsent(about.taskManager() + " " + about.device().name(), own);
    }
  }

  /**
   * @param records of one run of the job; the first of each subtask is where the window begins
   * @return empty unless every subtask has two and all have the same settings in force
   */
  public static Optional<Window> of(List<MetricsRecord> records) {
    WindowFigures window = new WindowFigures(records);
    if (window.shortestMillis() <= 0 || !window.agree()) {
      return Optional.empty();
    }
    Settings settings = Settings.ofKnown(window.newest().about().settings());
    window.work();
    window.latencies();
    window.loops();
    window.memory(settings);
    return Optional.of(new Window(window.shortestMillis(), Map.copyOf(window.figures), settings));
  }

  private MetricsRecord newest() {
    List<MetricsRecord> any = bySubtask.values().iterator().next();
    return any.get(any.size() - 1);
  }

  private long shortestMillis() {
    if (bySubtask.isEmpty() || bySubtask.size() < newest().about().subtasks()) {
      return 0;
    }
    return bySubtask.values().stream().mapToLong(WindowFigures::millis).min().orElse(0);
  }

  private boolean agree() {
    return bySubtask.values().stream()
            .map(own -> own.get(own.size() - 1).about().settings())
            .distinct()
            .count()
        == 1;
  }

  private static long millis(List<MetricsRecord> own) {
    return own.get(own.size() - 1).windowEndMillis() - own.get(0).windowEndMillis();
  }

  private void put(String name, double value) {
    figures.put(name, Double.isFinite(value) ? value : 0);
  }

  private void work() {
    put("requests", count("requests"));
    put("failed", count("results_failed"));
    put("ended", count("results_ok") + count("results_failed"));
    put("output_tokens", count("completion_tokens"));
    double prompt = count("prompt_tokens");
    put("state_hits", count("state_hit_tokens") / prompt);
    put("recomputed", count("recomputed_tokens") / prompt);
    put("refused_restore", count("refused_restore_tokens") / prompt);
    put("subtasks", bySubtask.size());
    double handing =
        grown("task_emit_ms", bySubtask.values())
            + grown("task_backpressured_ms", bySubtask.values());
    put("emitting", handing / bySubtask.size() / shortestMillis());
    put("at_hand", level("at_hand", bySubtask.values()));
    put("in_flight", level("at_hand", bySubtask.values()) + level("aside", bySubtask.values()));
  }

  private void latencies() {
    for (String name : List.of("ttft", "itl", "queue", "prefill", "restore", "encode")) {
      LatencySketch merged = new LatencySketch();
      for (List<MetricsRecord> own : bySubtask.values()) {
        for (MetricsRecord record : own.subList(1, own.size())) {
          LatencySummary summary = record.latencies().get(name + "_ms");
          if (summary != null) {
            merged.merge(LatencySketch.decode(summary.sketch()));
          }
        }
      }
      put(name + "_p95", merged.quantile(0.95));
      put(name + "_ms", merged.sum());
    }
  }

  private void loops() {
    Collection<List<MetricsRecord>> engines = byEngine.values();
    double steps = grown("engine_steps", engines);
    double prefill = grown("engine_prefill_ms", engines);
    double forward = prefill + grown("engine_decode_ms", engines);
    double busy =
        forward
            + grown("engine_restore_ms", engines)
            + grown("engine_export_ms", engines)
            + grown("engine_other_ms", engines);
    double loops = level("engine_loops", engines);
    put("loops", loops);
    put("loops_each", loops / engines.size());
    put("loops_busy", busy / (loops * shortestMillis()));
    put("prefill_share", prefill / busy);
    put("encode_share", figures.getOrDefault("encode_ms", 0.0) / busy);
    put("batch", grown("engine_sequences", engines) / steps);
    put("step_prefill_tokens", grown("engine_prefill_tokens", engines) / steps);
    double guessed = grown("engine_guessed_tokens", engines);
    put("guessed", guessed / count("completion_tokens"));
    put("accepted", grown("engine_accepted_tokens", engines) / guessed);
    put("in_engine", level("engine_unfinished", engines));
    put("evicted", grown("engine_evicted", engines));
  }

  private void memory(Settings settings) {
    Collection<List<MetricsRecord>> engines = byEngine.values();
    Collection<List<MetricsRecord>> hosts = byTaskManager.values();
    long limit = KvSettings.from(settings).hostBytes();
    put("host_fill", limit == 0 ? 1 : level("kv_host_bytes", engines) / engines.size() / limit);
    put("cores_each", level("cpu_cores", hosts) / hosts.size());
    put("cpu", grown("cpu_process_ms", hosts) / (shortestMillis() * level("cpu_cores", hosts)));
    put("heap_bytes", level("heap_max_bytes", hosts) / hosts.size());
    put("heap_fill", level("heap_live_bytes", hosts) / level("heap_max_bytes", hosts));
    put("gc", grown("heap_gc_ms", hosts) / hosts.size() / shortestMillis());
  }

  private double count(String counter) {
    double grown = 0;
    for (List<MetricsRecord> own : bySubtask.values()) {
      long last = own.get(own.size() - 1).counters().getOrDefault(counter, 0L);
      grown += last - own.get(0).counters().getOrDefault(counter, 0L);
    }
    return grown;
  }

  private static double grown(String gauge, Collection<List<MetricsRecord>> of) {
    double grown = 0;
    for (List<MetricsRecord> own : of) {
      double last = own.get(own.size() - 1).gauges().getOrDefault(gauge, 0.0);
      grown += last - own.get(0).gauges().getOrDefault(gauge, 0.0);
    }
    return grown;
  }

  private static double level(String gauge, Collection<List<MetricsRecord>> of) {
    double sum = 0;
    for (List<MetricsRecord> own : of) {
      sum +=
          own.stream()
              .skip(1)
              .mapToDouble(record -> record.gauges().getOrDefault(gauge, 0.0))
              .average()
              .orElse(0);
    }
    return sum;
  }
}
