package io.caudal.cli.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The few questions that we ask a JobManager; while it can't answer, the answer is empty. */
final class FlinkRest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final String address;

  FlinkRest(int port) {
    address = "http://127.0.0.1:" + port;
  }

  String address() {
    return address;
  }

  /** TaskManagers that the JobManager counts as alive. */
  int taskManagers() {
    return get("/overview").map(overview -> overview.path("taskmanagers").asInt()).orElse(0);
  }

  /** The job's state, such as {@code RUNNING}; empty if it isn't known. */
  String jobState(String jobId) {
    return get("/jobs/" + jobId).map(job -> job.path("state").asText()).orElse("");
  }

  /** Whether every task of the job runs. */
  boolean allTasksRun(String jobId) {
    Optional<JsonNode> job = get("/jobs/" + jobId);
    if (job.isEmpty() || !job.get().path("state").asText().equals("RUNNING")) {
      return false;
    }
    for (JsonNode vertex : job.get().path("vertices")) {
      if (vertex.path("tasks").path("RUNNING").asInt() != vertex.path("parallelism").asInt()) {
        return false;
      }
    }
    return true;
  }

  /** The resource id of each running task's TaskManager, one entry a task. */
  List<String> placement(String jobId) {
    List<String> placement = new ArrayList<>();
    for (JsonNode vertex :
        get("/jobs/" + jobId).map(job -> job.path("vertices")).orElse(JSON.missingNode())) {
      get("/jobs/" + jobId + "/vertices/" + vertex.path("id").asText())
          .ifPresent(
              detail ->
                  detail
                      .path("subtasks")
                      .forEach(task -> placement.add(task.path("taskmanager-id").asText())));
    }
    return placement;
  }

  /** What made the job fail last; empty if nothing has. */
  String lastFailure(String jobId) {
    return get("/jobs/" + jobId + "/exceptions")
        .map(e -> e.path("exceptionHistory").path("entries").path(0).path("stacktrace").asText())
        .orElse("");
  }

  private Optional<JsonNode> get(String path) {
    try {
      HttpResponse<String> response =
          http.send(
              HttpRequest.newBuilder(URI.create(address + path)).timeout(TIMEOUT).build(),
              HttpResponse.BodyHandlers.ofString());
      return response.statusCode() == 200
          ? Optional.of(JSON.readTree(response.body()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
