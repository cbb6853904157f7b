package io.caudal.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a session's next turn waits for its first token: with its KV on the device, and after the
 * job and its TaskManager's process were stopped and started again, when it is in RocksDB only. One
 * turn at a time.
 */
final class RestartRun {
  private static final int SESSIONS = 6;
  private static final int HISTORY = 1000;
  private static final int TURN = 16;

  /** The first turn after a restart waits for the job's start, if it doesn't come later. */
  private static final Duration SETTLED = Duration.ofSeconds(10);

  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final List<String> STAGES =
      List.of("ttft_ms", "queue_ms", "restore_ms", "prefill_ms");

  private final ChaosCluster cluster;
  private final Map<String, String> settings;
  private int sent;

  RestartRun(ChaosCluster cluster, Map<String, String> settings) {
    this.cluster = cluster;
    this.settings = settings;
  }

  /**
   * @param more {@code KEY=VALUE}, over those that it needs
   */
  static Map<String, String> settings(Path model, List<String> more) {
    Map<String, String> settings = new HashMap<>();
    settings.put("model.path", model.toString());
    settings.put("model.dtype", "bf16");
    for (String one : more) {
      int equals = one.indexOf('=');
      settings.put(one.substring(0, equals), one.substring(equals + 1));
    }
    return settings;
  }

  /** A Markdown table, a row for each turn of all sessions, milliseconds. */
  String play() {
    StringBuilder table =
        new StringBuilder(
            """
            | the sessions' KV | TTFT | queue | restore | prefill |
            | --- | --- | --- | --- | --- |
            """);
    turn("warm", HISTORY);
    turn("warm", TURN);
    table.append(row("none: first turn", HISTORY));
    table.append(row("on the device", TURN));
    table.append(row("on the device", TURN));
    restart();
    table.append(row("in RocksDB, after a restart", TURN));
    table.append(row("on the device", TURN));
    restart();
    Waiting.pass(SETTLED);
    table.append(row("in RocksDB, %d s after another".formatted(SETTLED.toSeconds()), TURN));
    return table.toString();
  }

  private void restart() {
    Path savepoint = cluster.job().stop().orElseThrow();
    List.copyOf(cluster.processes().taskManagers())
        .forEach(name -> cluster.processes().killTaskManager(name));
    cluster
        .job()
        .submit(Optional.empty(), settings, ChaosCluster.PARALLELISM, Optional.of(savepoint));
  }

  private String row(String what, int tokens) {
    List<JsonNode> timings = new ArrayList<>();
    for (int session = 0; session < SESSIONS; session++) {
      timings.add(turn("s" + session, tokens));
    }
    StringBuilder row = new StringBuilder("| " + what);
    for (String stage : STAGES) {
      row.append(" |");
      timings.forEach(one -> row.append(String.format(" %.0f", one.path(stage).asDouble())));
    }
    return row + " |\n";
  }

  /** Asks and waits for the answer; returns its times. */
  private JsonNode turn(String session, int tokens) {
    String id = "r" + sent++;
    ObjectNode body = Wire.object("generate").put("max_tokens", 16).put("ignore_eos", true);
    ArrayNode prompt = body.putArray("prompt_ids");
    for (int i = 0; i < tokens; i++) {
      prompt.add(300 + (sent * 31 + i * 7) % 900);
    }
    Map<String, Boolean> answered = new HashMap<>();
    try (Wire wire = new Wire(cluster.reader())) {
      wire.send(session, id, body);
      boolean came =
          Waiting.until(
              LIMIT,
              () -> {
                wire.poll(result -> answered.put(result.id(), result.answered()));
                return answered.containsKey(id);
              });
      if (!came || !answered.getOrDefault(id, false)) {
        throw new AssertionError(id + " was not answered");
      }
    }
    List<JsonNode> timings = new ArrayList<>();
    cluster
        .reader()
        .readAll(
            "caudal.results",
            (place, key, json) -> {
              if (json.path("request_id").asText().equals(id)) {
                timings.add(json.path("timings"));
              }
            });
    return timings.get(0);
  }
}
