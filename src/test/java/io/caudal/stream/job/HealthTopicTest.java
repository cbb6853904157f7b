package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running job tells of itself on the metrics topic. */
class HealthTopicTest {

  @Test
  void health_is_told_when_it_changes_and_reports_come_by_themselves(@TempDir Path folder)
      throws Exception {
    Map<String, String> settings =
        Map.of(
            "job.capacity", "2",
            "job.aside-capacity", "4",
            "metrics.report-interval", "4s");
    try (RunningJob job = RunningJob.start(folder, settings)) {
      Topics topics = job.topics();
      JsonNode first = topics.awaitObservation("health", json -> true);
      assertThat(statuses(first))
          .containsOnlyKeys(
              "job",
              "subtasks",
              "state backend",
              "checkpoints",
              "model",
              "queue",
              "requests",
              "stored KV",
              "settings",
              engine(first),
              "device " + engine(first).substring("engine ".length()),
              "disk " + engine(first).substring("engine ".length()))
          .containsEntry("state backend", "healthy")
          .containsEntry("queue", "healthy");

      // More than it may set aside: the queue is full, until they are answered.
      Load load = new Load(job, 2).send("many", 24, 8, 400);
      JsonNode full = topics.awaitObservation("health", json -> changed(json, "queue"));
      assertThat(statuses(full).get("queue")).isIn("degraded", "unhealthy");
      assertThat(full.path("status").asText()).isIn("degraded", "unhealthy");
      assertThat(full.path("recommendations").toString()).contains("queue: more comes");
      load.await();
      JsonNode well =
          topics.awaitObservation(
              "health",
              json ->
                  json.path("at_ms").asLong() > full.path("at_ms").asLong()
                      && changed(json, "queue")
                      && "healthy".equals(statuses(json).get("queue")));
      assertThat(well.path("at_ms").asLong()).isGreaterThan(full.path("at_ms").asLong());

      JsonNode report =
          topics.awaitObservation("report", json -> json.at("/figures/ended").asInt() > 0);
      assertThat(report.path("window_ms").asLong()).isBetween(2_000L, 8_000L);
      assertThat(report.path("stages")).hasSize(9);
      assertThat(report.at("/tops/session_tokens/0/key").asText()).startsWith("many-");

      // Who reads the metrics passes over the rest.
      assertThat(job.command("stats").out()).contains("24 ok");

      job.loseTaskManager();
      JsonNode again =
          topics.awaitObservation("health", json -> "degraded".equals(statuses(json).get("job")));
      assertThat(again.toString()).containsPattern("restarts: [1-9]");
    }
  }

  private static boolean changed(JsonNode health, String component) {
    for (JsonNode one : health.path("changed")) {
      if (one.asText().equals(component)
          && health.path("changed").size() < health.path("components").size()) {
        return true;
      }
    }
    return false;
  }

  private static String engine(JsonNode health) {
    return statuses(health).keySet().stream()
        .filter(name -> name.startsWith("engine "))
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, String> statuses(JsonNode health) {
    Map<String, String> statuses = new HashMap<>();
    health
        .path("components")
        .forEach(one -> statuses.put(one.path("component").asText(), one.path("status").asText()));
    return statuses;
  }
}
