package io.caudal.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * A record of the requests topic.
 *
 * @param said everything in it that decides the answer, as text
 */
record SeenRequest(
    Place place, String id, String session, String type, String said, boolean hasDeadline) {

  /** What names a request or hurries it, and does not decide what is answered. */
  private static final List<String> NOT_SAID =
      List.of("request_id", "session_id", "deadline", "stream");

  /**
   * @param key of the record: the session, unless the value names it
   */
  static SeenRequest of(Place place, String key, JsonNode json) {
    ObjectNode said = json.deepCopy();
    said.remove(NOT_SAID);
    return new SeenRequest(
        place,
        json.path("request_id").asText(),
        json.path("session_id").asText(key),
        json.path("type").asText("generate"),
        said.toString(),
        json.has("deadline"));
  }

  boolean generates() {
    return type.equals("generate");
  }
}
