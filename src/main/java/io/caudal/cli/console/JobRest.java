package io.caudal.cli.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.analytics.JobView;
import io.caudal.analytics.JobView.Checkpoints;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** Asks a JobManager about a job, by Flink's REST interface. */
public final class JobRest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  private static final Duration FILE_TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final String address;

  /**
   * @param address {@code http://HOST:PORT}
   * @throws CaudalException {@code BAD_PARAMETER} if it is none
   */
  public JobRest(String address) {
    this.address = address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
    try {
      var unused = HttpRequest.newBuilder(URI.create(this.address)).build();
    } catch (IllegalArgumentException e) {
      throw new CaudalException(
          ErrorCode.BAD_PARAMETER,
          "the JobManager's address '"
              + address
              + "' is not http://HOST:PORT, as --rest takes it: "
              + e.getMessage());
    }
  }

  public String address() {
    return address;
  }

  /** Whether a JobManager answers there. */
  public boolean answers() {
    return get("/overview").isPresent();
  }

  /** The job of that name that runs, else the one that was started last; empty if there is none. */
  public Optional<JobView> job(String name) {
    JsonNode newest = null;
    for (JsonNode job : get("/jobs/overview").orElse(JSON.missingNode()).path("jobs")) {
      if (job.path("name").asText().equals(name) && (newest == null || rank(job) > rank(newest))) {
        newest = job;
      }
    }
    return newest == null ? Optional.empty() : Optional.of(view(newest));
  }

  private static long rank(JsonNode job) {
    long start = job.path("start-time").asLong();
    return job.path("end-time").asLong(-1) < 0 ? Long.MAX_VALUE / 2 + start : start;
  }

  private JobView view(JsonNode job) {
    String path = "/jobs/" + job.path("jid").asText();
    JsonNode failures = get(path + "/exceptions").orElse(JSON.missingNode());
    JsonNode failure = failures.path("exceptionHistory").path("entries").path(0);
    JsonNode restarts = get(path + "/metrics?get=numRestarts").orElse(JSON.missingNode());
    JsonNode config = get(path + "/checkpoints/config").orElse(JSON.missingNode());
    return new JobView(
        job.path("jid").asText(),
        job.path("name").asText(),
        job.path("state").asText(),
        job.path("tasks").path("running").asInt(),
        job.path("tasks").path("total").asInt(),
        job.path("start-time").asLong(),
        restarts.path(0).path("value").asLong(-1),
        failure.path("stacktrace").asText().lines().findFirst().orElse(""),
        failure.path("timestamp").asLong(),
        config.path("state_backend").asText(),
        checkpoints(config, get(path + "/checkpoints").orElse(JSON.missingNode())));
  }

  private static Checkpoints checkpoints(JsonNode config, JsonNode statistics) {
    JsonNode newest = statistics.path("latest").path("completed");
    JsonNode failed = statistics.path("latest").path("failed");
    return new Checkpoints(
        config.path("interval").asLong(),
        statistics.path("counts").path("completed").asLong(),
        statistics.path("counts").path("failed").asLong(),
        newest.path("latest_ack_timestamp").asLong(),
        newest.path("state_size").asLong(),
        newest.path("checkpointed_size").asLong(),
        newest.path("end_to_end_duration").asLong(),
        failed.path("failure_timestamp").asLong(),
        failed.path("failure_message").asText());
  }

  private Optional<JsonNode> get(String path) {
    try {
      Optional<byte[]> body = bytes(path, TIMEOUT);
      return body.isEmpty() ? Optional.empty() : Optional.of(JSON.readTree(body.get()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** What is at a path, a file that may be large; empty if nothing is. */
  Optional<byte[]> bytes(String path) {
    return bytes(path, FILE_TIMEOUT);
  }

  private Optional<byte[]> bytes(String path, Duration timeout) {
    try {
      HttpResponse<byte[]> response =
          http.send(
              HttpRequest.newBuilder(URI.create(address + path)).timeout(timeout).build(),
              HttpResponse.BodyHandlers.ofByteArray());
      return response.statusCode() == 200 ? Optional.of(response.body()) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
