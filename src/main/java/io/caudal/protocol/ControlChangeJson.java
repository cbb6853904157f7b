package io.caudal.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A control change's JSON, version 1: {@code {"v":1,"change_id":"…","set":{"key":"value"}}}. Values
 * may be strings, numbers or booleans.
 */
public final class ControlChangeJson {
  private static final int MAX_ID_CHARS = 256;
  private static final int MAX_REASON_CHARS = 1_000;

  private ControlChangeJson() {}

  public static byte[] write(ControlChange change) {
    return Wire.write(
        out -> {
          out.writeStringField("change_id", change.changeId());
          Wire.text(out, "by", change.by());
          Wire.text(out, "reason", change.reason());
          ControlActionJson.write(out, change.action());
          if (change.action() != null) {
            return;
          }
          out.writeObjectFieldStart("set");
          for (Map.Entry<String, String> entry : new TreeMap<>(change.set()).entrySet()) {
            out.writeStringField(entry.getKey(), entry.getValue());
          }
          out.writeEndObject();
          if (!change.reset().isEmpty()) {
            out.writeArrayFieldStart("reset");
            for (String key : change.reset()) {
              out.writeString(key);
            }
            out.writeEndArray();
          }
        });
  }

  /**
   * @throws io.caudal.error.CaudalException when the bytes are not a control change
   */
  public static ControlChange read(byte[] json) {
    return Read.read("control change", json, ControlChangeJson::change);
  }

  private static ControlChange change(ObjectNode object) throws Refusal {
    JsonFields fields = new JsonFields(object, "");
    String id =
        fields.required(
            fields.name("change_id", MAX_ID_CHARS), "change_id", "it names the acknowledgements");
    Map<String, String> set = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : Read.object(fields, "set").object().properties()) {
      if (!entry.getValue().isValueNode() || entry.getValue().isNull()) {
        throw new Refusal(
            ErrorCode.BAD_FIELD,
            "set."
                + entry.getKey()
                + " must be a value, this is "
                + JsonFields.typeOf(entry.getValue()));
      }
      set.put(entry.getKey(), entry.getValue().asText());
    }
    List<String> reset = reset(fields);
    ControlAction action = ControlActionJson.read(fields);
    if (action != null && !(set.isEmpty() && reset.isEmpty())) {
      throw new Refusal(ErrorCode.BAD_FIELD, "a record has set and reset, or action, not both");
    }
    if (action == null && set.isEmpty() && reset.isEmpty()) {
      throw new Refusal(ErrorCode.MISSING_FIELD, "set is missing: the settings to change");
    }
    return new ControlChange(
        id,
        set,
        reset,
        fields.name("by", MAX_ID_CHARS),
        fields.name("reason", MAX_REASON_CHARS),
        action);
  }

  private static List<String> reset(JsonFields fields) throws Refusal {
    JsonNode listed = fields.get("reset");
    if (listed != null && !listed.isArray()) {
      throw fields.wrongType("reset", "an array of keys", listed);
    }
    List<String> reset = new ArrayList<>();
    for (JsonNode key : listed == null ? List.<JsonNode>of() : listed) {
      if (!key.isTextual()) {
        throw fields.wrongType("reset", "an array of keys", key);
      }
      reset.add(key.asText());
    }
    return List.copyOf(reset);
  }
}
