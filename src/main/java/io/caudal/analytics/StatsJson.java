package io.caudal.analytics;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.analytics.JobView.Checkpoints;
import io.caudal.metrics.LatencySketch;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Statistics as one JSON object, version 1. Names are stable; fields are added, never renamed. */
public final class StatsJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private StatsJson() {}

  /**
   * @param job null if no JobManager was found
   */
  public static ObjectNode of(Stats stats, @Nullable JobView job, long nowMillis) {
    Fleet fleet = stats.fleet();
    ObjectNode root = JSON.createObjectNode();
    root.put("v", 1).put("at_ms", nowMillis);
    root.put("subtasks", fleet.subtasks());
    root.put("reporting", fleet.subtasks() - fleet.silent(nowMillis).size());
    root.put("over_ms", stats.spanMillis());
    root.put("requests_per_s", stats.perSecond("requests"));
    root.put("completion_tokens_per_s", stats.perSecond("completion_tokens"));
    root.put("prompt_tokens_per_s", stats.perSecond("prompt_tokens"));
    root.set("tokens", tokens(stats));
    ObjectNode results = root.putObject("results");
    results.put("ok", fleet.count("results_ok")).put("failed", fleet.count("results_failed"));
    results.put("repeated", fleet.count("results_repeated"));
    ObjectNode errors = root.putObject("errors");
    stats.errors().forEach(errors::put);
    ObjectNode queue = root.putObject("queue");
    for (String gauge : new String[] {"at_hand", "running", "aside"}) {
      queue.put(gauge, Math.round(fleet.sum(gauge)));
    }
    ObjectNode sessions = root.putObject("sessions");
    sessions.put("started", fleet.count("sessions_started"));
    sessions.put("ended", fleet.count("sessions_ended"));
    sessions.put("remembered", Math.round(fleet.sum("sessions")));
    sessions.put("on_device", Math.round(stats.shared("kv_device_sessions")));
    ObjectNode state = root.putObject("state");
    for (String counter :
        new String[] {
          "restored_tokens",
          "restored_bytes",
          "stored_bytes",
          "block_misses",
          "restores",
          "recomputes"
        }) {
      state.put(counter, fleet.count(counter));
    }
    rate(state, "compression_ratio", stats.compressionRatio());
    ObjectNode memory = root.putObject("kv_bytes");
    memory.put("device", Math.round(stats.shared("kv_device_bytes")));
    memory.put("device_room", Math.round(stats.shared("kv_device_room_bytes")));
    memory.put("host", Math.round(stats.shared("kv_host_bytes")));
    memory.put("host_limit", stats.hostLimitBytes());
    memory.put("state", Math.round(fleet.sum("kv_state_bytes")));
    ObjectNode latencies = root.putObject("latencies_ms");
    stats.latencies().forEach((latency, sketch) -> latencies.set(latency.label(), of(sketch)));
    root.set("task_managers", taskManagers(fleet));
    if (job != null) {
      root.set("checkpoints", checkpoints(job.checkpoints(), nowMillis));
    }
    return root;
  }

  private static ObjectNode tokens(Stats stats) {
    Fleet fleet = stats.fleet();
    long prompt = fleet.count("prompt_tokens");
    long cached = fleet.count("cached_tokens");
    ObjectNode tokens = JSON.createObjectNode();
    tokens.put("prompt", prompt).put("hit", cached);
    tokens.put("hit_device", fleet.count("device_hit_tokens"));
    tokens.put("hit_host", fleet.count("host_hit_tokens"));
    tokens.put("hit_state", fleet.count("state_hit_tokens"));
    tokens.put("missed", prompt - cached);
    tokens.put("recomputed", fleet.count("recomputed_tokens"));
    tokens.put("completion", fleet.count("completion_tokens"));
    rate(tokens, "hit_rate", stats.hitRate());
    rate(tokens, "hit_rate_recent", stats.recentHitRate());
    return tokens;
  }

  private static void rate(ObjectNode node, String name, double share) {
    if (Double.isNaN(share)) {
      node.putNull(name);
    } else {
      node.put(name, share);
    }
  }

  private static ObjectNode of(LatencySketch sketch) {
    ObjectNode node = JSON.createObjectNode();
    node.put("count", Math.round(sketch.count()));
    node.put("p50", sketch.quantile(0.5)).put("p95", sketch.quantile(0.95));
    return node.put("p99", sketch.quantile(0.99)).put("max", sketch.max());
  }

  private static ArrayNode taskManagers(Fleet fleet) {
    ArrayNode all = JSON.createArrayNode();
    for (Map.Entry<String, Member> entry : fleet.taskManagers().entrySet()) {
      ObjectNode one = all.addObject().put("id", entry.getKey());
      one.put("model", entry.getValue().newest().about().model());
      Map<String, Member> engines = fleet.engines(entry.getKey());
      for (String gauge : entry.getValue().newest().gauges().keySet()) {
        if (gauge.startsWith("device_")) {
          continue; // shares can't be added up: they are told of each engine
        }
        if (Stats.isEngines(gauge)) {
          one.put(gauge, Math.round(sum(engines.values(), gauge)));
        } else if (isShared(gauge)) {
          one.put(gauge, Math.round(entry.getValue().gauge(gauge)));
        }
      }
      ArrayNode own = one.putArray("engines");
      engines.values().forEach(engine -> own.add(engine(engine)));
    }
    return all;
  }

  private static ObjectNode engine(Member member) {
    ObjectNode node = JSON.createObjectNode();
    node.put("device", member.device().name()).put("missing", member.device().missing());
    member
        .newest()
        .gauges()
        .forEach(
            (gauge, value) -> {
              if (Stats.isEngines(gauge)) {
                node.put(gauge, Math.round(value));
              }
            });
    return node;
  }

  private static double sum(Collection<Member> members, String gauge) {
    return members.stream().mapToDouble(member -> member.gauge(gauge)).sum();
  }

  private static boolean isShared(String gauge) {
    return gauge.startsWith("heap_")
        || gauge.startsWith("cpu_")
        || gauge.startsWith("gpu_")
        || gauge.startsWith("process_")
        || gauge.startsWith("disk_");
  }

  private static ObjectNode checkpoints(Checkpoints checkpoints, long nowMillis) {
    ObjectNode node = JSON.createObjectNode();
    node.put("completed", checkpoints.completed()).put("failed", checkpoints.failed());
    if (checkpoints.newestMillis() > 0) {
      node.put("age_ms", nowMillis - checkpoints.newestMillis());
      node.put("bytes", checkpoints.newestBytes());
      node.put("written_bytes", checkpoints.newestWritten());
      node.put("duration_ms", checkpoints.newestDurationMillis());
    }
    return node;
  }
}
