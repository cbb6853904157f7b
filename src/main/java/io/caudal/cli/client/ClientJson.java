package io.caudal.cli.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.Failure;
import io.caudal.protocol.FinishReason;
import io.caudal.protocol.Result;
import io.caudal.protocol.Timings;
import io.caudal.protocol.TokenChunk;
import io.caudal.protocol.Usage;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The part of the wire's JSON that a client needs. Fields that it doesn't know are no error. */
final class ClientJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ClientJson() {}

  /** A turn of a conversation as one user message. */
  static byte[] turn(String requestId, String sessionId, String text, @Nullable Integer maxTokens) {
    ObjectNode request = JSON.createObjectNode();
    request.put("request_id", requestId);
    request.put("session_id", sessionId);
    request.putArray("messages").addObject().put("role", "user").put("content", text);
    if (maxTokens != null) {
      request.put("max_tokens", maxTokens);
    }
    try {
      return JSON.writeValueAsBytes(request);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * @throws IOException if it isn't JSON
   */
  static TokenChunk chunk(byte[] json) throws IOException {
    JsonNode chunk = JSON.readTree(json);
    return new TokenChunk(
        chunk.path("request_id").asText(),
        text(chunk, "session_id"),
        chunk.path("attempt").asLong(),
        chunk.path("index").asInt(),
        chunk.path("text").asText(),
        chunk.path("last").asBoolean());
  }

  /**
   * @throws IOException if it isn't JSON
   */
  static Result result(byte[] json) throws IOException {
    JsonNode result = JSON.readTree(json);
    JsonNode usage = result.path("usage");
    JsonNode timings = result.path("timings");
    return new Result(
        result.path("request_id").asText(),
        text(result, "session_id"),
        result.path("turn").asInt(),
        result.path("attempt").asLong(),
        result.path("text").asText(),
        reason(result.path("finish_reason").asText()),
        failure(result.path("error")),
        new Usage(
            usage.path("prompt_tokens").asInt(),
            usage.path("cached_tokens").asInt(),
            usage.path("completion_tokens").asInt()),
        new Timings(
            timings.path("queue_ms").asDouble(),
            timings.path("restore_ms").asDouble(),
            timings.path("prefill_ms").asDouble(),
            timings.path("decode_ms").asDouble(),
            timings.path("ttft_ms").asDouble(),
            timings.path("total_ms").asDouble()),
        text(result, "model"),
        result.path("config_version").asLong(),
        result.path("repeated").asBoolean());
  }

  private static @Nullable String text(JsonNode object, String field) {
    return object.hasNonNull(field) ? object.get(field).asText() : null;
  }

  private static FinishReason reason(String name) {
    for (FinishReason reason : FinishReason.values()) {
      if (reason.name().toLowerCase(Locale.ROOT).equals(name)) {
        return reason;
      }
    }
    return FinishReason.ERROR;
  }

  private static @Nullable Failure failure(JsonNode error) {
    if (!error.isObject()) {
      return null;
    }
    for (ErrorCode code : ErrorCode.values()) {
      if (code.code().equals(error.path("code").asText())) {
        return new Failure(code, error.path("message").asText());
      }
    }
    return new Failure(ErrorCode.ENGINE_FAILED, error.toString());
  }
}
