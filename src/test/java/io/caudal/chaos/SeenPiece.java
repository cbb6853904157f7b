package io.caudal.chaos;

import com.fasterxml.jackson.databind.JsonNode;

/** A record of the tokens topic. */
record SeenPiece(String id, long attempt, int index, String text, boolean last) {

  static SeenPiece of(JsonNode json) {
    return new SeenPiece(
        json.path("request_id").asText(),
        json.path("attempt").asLong(),
        json.path("index").asInt(),
        json.path("text").asText(),
        json.path("last").asBoolean());
  }
}
