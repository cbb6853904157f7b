package io.caudal.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A control acknowledgement's JSON, version 1. */
public final class ControlAckJson {
  private ControlAckJson() {}

  public static byte[] write(ControlAck ack) {
    return Wire.write(
        out -> {
          out.writeStringField("change_id", ack.changeId());
          out.writeNumberField("subtask", ack.subtask());
          out.writeNumberField("config_version", ack.configVersion());
          out.writeStringField("status", ack.problems().isEmpty() ? "applied" : "refused");
          out.writeObjectFieldStart("applied");
          for (Map.Entry<String, String> entry : new TreeMap<>(ack.applied()).entrySet()) {
            out.writeStringField(entry.getKey(), entry.getValue());
          }
          out.writeEndObject();
          out.writeArrayFieldStart("problems");
          for (String problem : ack.problems()) {
            out.writeString(problem);
          }
          out.writeEndArray();
        });
  }

  /**
   * @throws io.caudal.error.CaudalException when the bytes are not an acknowledgement
   */
  public static ControlAck read(byte[] json) {
    return Read.read("control acknowledgement", json, ControlAckJson::ack);
  }

  private static ControlAck ack(ObjectNode object) throws Refusal {
    JsonFields fields = new JsonFields(object, "");
    Map<String, String> applied = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : Read.object(fields, "applied").object().properties()) {
      applied.put(entry.getKey(), entry.getValue().asText());
    }
    List<String> problems = new ArrayList<>();
    JsonNode listed = fields.get("problems");
    for (JsonNode problem : listed == null ? List.<JsonNode>of() : listed) {
      problems.add(problem.asText());
    }
    return new ControlAck(
        Read.text(fields, "change_id"),
        Read.count(fields, "subtask"),
        Read.whole(fields, "config_version"),
        applied,
        problems);
  }
}
