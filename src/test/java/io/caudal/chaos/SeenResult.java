package io.caudal.chaos;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A committed record of the results topic.
 *
 * @param code of the error; empty if it was answered
 * @param removed sessions that an {@code end_session} found in state
 */
record SeenResult(
    Place place,
    String id,
    String session,
    String code,
    String text,
    String finish,
    int turn,
    int promptTokens,
    int completionTokens,
    long attempt,
    boolean repeated,
    int removed) {

  static SeenResult of(Place place, JsonNode json) {
    return new SeenResult(
        place,
        json.path("request_id").asText(),
        json.path("session_id").asText(),
        json.path("status").asText().equals("ok") ? "" : json.at("/error/code").asText("unknown"),
        json.path("text").asText(),
        json.path("finish_reason").asText(),
        json.path("turn").asInt(),
        json.at("/usage/prompt_tokens").asInt(),
        json.at("/usage/completion_tokens").asInt(),
        json.path("attempt").asLong(),
        json.path("repeated").asBoolean(),
        json.at("/removed/sessions").asInt());
  }

  boolean answered() {
    return code.isEmpty();
  }
}
