package io.caudal.cli.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.util.Optional;

/** Savepoints of a job, in Flink's native format, and checkpoints when asked for. */
final class Savepoints {
  private final FlinkRest rest;
  private final String target;

  /**
   * @param target where they go, a URI
   */
  Savepoints(FlinkRest rest, String target) {
    this.rest = rest;
    this.target = target;
  }

  /** Asks for a savepoint; returns what {@link #location} takes. */
  String trigger(String jobId) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("target-directory", target).put("cancel-job", false).put("formatType", "NATIVE");
    return trigger("/jobs/" + jobId + "/savepoints", body);
  }

  /**
   * Asks for a savepoint with which the job ends.
   *
   * @param drain whether everything taken in is to be finished first, instead of going into it
   */
  String triggerStop(String jobId, boolean drain) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("targetDirectory", target).put("drain", drain).put("formatType", "NATIVE");
    return trigger("/jobs/" + jobId + "/stop", body);
  }

  /** Asks for a checkpoint; returns what {@link #isCheckpointed} takes. */
  String triggerCheckpoint(String jobId) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    return trigger("/jobs/" + jobId + "/checkpoints", body.put("checkpointType", "CONFIGURED"));
  }

  private String trigger(String path, ObjectNode body) {
    return rest.change("POST", path, body).path("request-id").asText();
  }

  /**
   * Where the savepoint is; empty while it is being written.
   *
   * @throws CaudalException {@code CLUSTER_FAILED} with the reason if it failed
   */
  Optional<String> location(String jobId, String trigger) {
    return done("savepoint", "/jobs/" + jobId + "/savepoints/" + trigger)
        .map(operation -> operation.path("location").asText());
  }

  /**
   * Whether the checkpoint is complete; false while it is being written.
   *
   * @throws CaudalException {@code CLUSTER_FAILED} with the reason if it failed
   */
  boolean isCheckpointed(String jobId, String trigger) {
    return done("checkpoint", "/jobs/" + jobId + "/checkpoints/" + trigger).isPresent();
  }

  private Optional<JsonNode> done(String what, String path) {
    JsonNode answer = rest.get(path).orElse(JsonNodeFactory.instance.missingNode());
    if (!answer.path("status").path("id").asText().equals("COMPLETED")) {
      return Optional.empty();
    }
    JsonNode operation = answer.path("operation");
    JsonNode failure = operation.path("failure-cause");
    if (!failure.isMissingNode()) {
      throw new CaudalException(
          ErrorCode.CLUSTER_FAILED,
          "the "
              + what
              + " failed: "
              + FlinkRest.firstError(
                  failure.path("stack-trace").asText(failure.path("class").asText())));
    }
    return Optional.of(operation);
  }
}
