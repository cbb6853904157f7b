package io.caudal.cli.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a cluster is doing. */
public final class ClusterStatus {
  private static final JsonNode NOTHING = JsonNodeFactory.instance.missingNode();

  private final ObjectNode json;

  private ClusterStatus(ObjectNode json) {
    this.json = json;
  }

  static ClusterStatus of(RunningCluster cluster) {
    ClusterRecord record = cluster.record();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("folder", cluster.path().toString()).put("ui", cluster.uiAddress());
    json.set("jobmanager", process(record.jobManager()));
    JsonNode registered = cluster.rest().get("/taskmanagers").orElse(NOTHING).path("taskmanagers");
    for (RunningProcess one : record.taskManagers()) {
      ObjectNode taskManager = process(one);
      JsonNode known = find(registered, one.name());
      taskManager.put("registered", !known.isMissingNode());
      taskManager.put("slots", known.path("slotsNumber").asInt());
      taskManager.put("free_slots", known.path("freeSlots").asInt());
      json.withArray("taskmanagers").add(taskManager);
    }
    if (record.broker() != null) {
      ObjectNode broker = process(record.broker());
      broker.put("bootstrap_servers", cluster.bootstrapServers().orElse(""));
      json.set("broker", broker);
    }
    if (record.job() != null) {
      json.set("job", job(cluster.rest(), record.job()));
    }
    return new ClusterStatus(json);
  }

  private static ObjectNode process(RunningProcess process) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("name", process.name())
        .put("pid", process.pid())
        .put("alive", process.isAlive());
  }

  private static JsonNode find(JsonNode all, String id) {
    for (JsonNode one : all) {
      if (one.path("id").asText().equals(id)) {
        return one;
      }
    }
    return NOTHING;
  }

  private static ObjectNode job(FlinkRest rest, SubmittedJob submitted) {
    String path = "/jobs/" + submitted.id();
    JsonNode job = rest.get(path).orElse(NOTHING);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", submitted.id()).put("name", job.path("name").asText());
    json.put("state", job.path("state").asText("UNKNOWN"));
    json.put("parallelism", submitted.parallelism());
    int running = 0;
    int tasks = 0;
    for (JsonNode vertex : job.path("vertices")) {
      running += vertex.path("tasks").path("RUNNING").asInt();
      tasks += vertex.path("parallelism").asInt();
    }
    json.put("tasks_running", running).put("tasks", tasks);
    rest.get(path + "/checkpoints").ifPresent(all -> checkpoints(json, all, job));
    Optional<String> failure =
        Optional.of(rest.lastFailure(submitted.id())).filter(text -> !text.isEmpty());
    failure.ifPresent(text -> json.put("last_failure", FlinkRest.firstError(text)));
    return json;
  }

  private static void checkpoints(ObjectNode json, JsonNode all, JsonNode job) {
    json.put("checkpoints_completed", all.path("counts").path("completed").asLong());
    json.put("checkpoints_failed", all.path("counts").path("failed").asLong());
    JsonNode last = all.path("latest").path("completed");
    if (last.isObject()) {
      long now = job.path("now").asLong(last.path("latest_ack_timestamp").asLong());
      ObjectNode checkpoint = json.putObject("last_checkpoint");
      checkpoint.put("id", last.path("id").asLong());
      checkpoint.put("completed_ms", last.path("latest_ack_timestamp").asLong());
      checkpoint.put("age_ms", Math.max(0, now - last.path("latest_ack_timestamp").asLong()));
      checkpoint.put("duration_ms", last.path("end_to_end_duration").asLong());
      checkpoint.put("bytes", last.path("checkpointed_size").asLong());
      checkpoint.put("path", last.path("external_path").asText());
    }
    JsonNode savepoint = all.path("latest").path("savepoint");
    if (savepoint.isObject()) {
      json.put("last_savepoint", savepoint.path("external_path").asText());
    }
  }

  /** Whether every process lives, every TaskManager is registered, and the job, if any, runs. */
  public boolean isGood() {
    boolean good = json.at("/jobmanager/alive").asBoolean();
    good &= json.at("/broker/alive").asBoolean(true);
    for (JsonNode taskManager : json.path("taskmanagers")) {
      good &= taskManager.path("registered").asBoolean();
    }
    return good && json.at("/job/state").asText("RUNNING").equals("RUNNING");
  }

  public ObjectNode json() {
    return json;
  }

  /** For people. */
  public String table() {
    StringBuilder out = new StringBuilder();
    line(out, "folder", json.path("folder").asText());
    line(out, "jobmanager", process(json.path("jobmanager")) + ", " + json.path("ui").asText());
    if (json.has("broker")) {
      JsonNode broker = json.path("broker");
      line(out, "broker", process(broker) + ", " + broker.path("bootstrap_servers").asText());
    }
    for (JsonNode one : json.path("taskmanagers")) {
      line(out, one.path("name").asText(), process(one) + ", " + slots(one));
    }
    job(out, json.path("job"));
    return out.toString().stripTrailing();
  }

  private static void job(StringBuilder out, JsonNode job) {
    if (job.isMissingNode()) {
      line(out, "job", "none was submitted");
      return;
    }
    line(
        out,
        "job",
        String.format(
            "%s %s, parallelism %s, tasks running: %s of %s",
            job.path("id").asText(),
            job.path("state").asText(),
            job.path("parallelism"),
            job.path("tasks_running"),
            job.path("tasks")));
    JsonNode checkpoint = job.path("last_checkpoint");
    if (checkpoint.isObject()) {
      line(
          out,
          "checkpoint",
          String.format(
              Locale.ROOT,
              "%d, %.1f s ago, took %d ms, %d bytes; failed so far: %d",
              checkpoint.path("id").asLong(),
              checkpoint.path("age_ms").asLong() / 1e3,
              checkpoint.path("duration_ms").asLong(),
              checkpoint.path("bytes").asLong(),
              job.path("checkpoints_failed").asLong()));
    }
    optional(out, "savepoint", job.path("last_savepoint").asText(null));
    optional(out, "failure", job.path("last_failure").asText(null));
  }

  private static String process(JsonNode process) {
    return "pid " + process.path("pid") + (process.path("alive").asBoolean() ? "" : " is gone");
  }

  private static String slots(JsonNode one) {
    return one.path("registered").asBoolean()
        ? one.path("free_slots") + " of " + one.path("slots") + " task slots free"
        : "not registered";
  }

  private static void optional(StringBuilder out, String name, @Nullable String value) {
    if (value != null) {
      line(out, name, value);
    }
  }

  private static void line(StringBuilder out, String name, String value) {
    out.append(String.format("%-12s %s%n", name, value));
  }
}
