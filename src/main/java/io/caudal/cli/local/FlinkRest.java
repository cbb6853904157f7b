package io.caudal.cli.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The few questions that we ask a JobManager; while it can't answer, the answer is empty. */
final class FlinkRest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(3);
  private static final Set<String> ENDED = Set.of("FAILED", "CANCELED", "FINISHED");
  private static final int MOST_CHARS = 500;

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

  /** Whether the job has ended, or the JobManager knows none of this id; false if it is silent. */
  boolean hasEnded(String jobId) {
    Optional<JsonNode> overview = get("/jobs/overview");
    if (overview.isEmpty()) {
      return false;
    }
    for (JsonNode job : overview.get().path("jobs")) {
      if (job.path("jid").asText().equals(jobId)) {
        return ENDED.contains(job.path("state").asText());
      }
    }
    return true;
  }

  /** The resource id of the TaskManager that most of the job's tasks run on. */
  Optional<String> busiestTaskManager(String jobId) {
    return placement(jobId).stream()
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
        .entrySet()
        .stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey);
  }

  /**
   * Whether every task of the job runs.
   *
   * @throws CaudalException {@code CLUSTER_FAILED} with the reason if the job has ended
   */
  boolean runs(String jobId) {
    if (ENDED.contains(jobState(jobId))) {
      throw new CaudalException(
          ErrorCode.CLUSTER_FAILED,
          "the job ended while starting: "
              + lastFailure(jobId).lines().limit(12).collect(Collectors.joining("\n  ")));
    }
    return allTasksRun(jobId);
  }

  /**
   * Asks for a change; returns the JobManager's answer.
   *
   * @throws CaudalException {@code CLUSTER_FAILED} if there is none, or it is a refusal
   */
  JsonNode change(String method, String path, JsonNode body) {
    HttpRequest request =
        request(path)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() / 100 != 2) {
        throw failed(path, response.body());
      }
      return response.body().isEmpty() ? JSON.missingNode() : JSON.readTree(response.body());
    } catch (IOException e) {
      throw failed(path, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(path, e.toString());
    }
  }

  private CaudalException failed(String path, String answer) {
    return new CaudalException(
        ErrorCode.CLUSTER_FAILED,
        "the JobManager at " + address + " answered " + path + " with " + firstError(answer));
  }

  /** Flink answers a refusal with stack traces in JSON; its last cause says most. */
  static String firstError(String answer) {
    String last = "";
    for (String line : answer.replace("\\n", "\n").lines().toList()) {
      if (last.isEmpty() || line.startsWith("Caused by: ")) {
        last = line;
      }
    }
    return last.substring(0, Math.min(MOST_CHARS, last.length()));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(address + path)).timeout(TIMEOUT);
  }

  /** Empty while the JobManager can't answer, or not with what was asked for. */
  Optional<JsonNode> get(String path) {
    try {
      HttpResponse<String> response =
          http.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
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
