package io.caudal.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reading of records that Caudal itself wrote: fields that are not known are passed over, so that
 * an older reader understands a newer writer.
 */
final class Read {
  private Read() {}

  /** Makes a record from its object. */
  interface Body<T> {
    T read(ObjectNode object) throws Refusal;
  }

  static <T> T read(String what, byte[] json, Body<T> body) {
    try {
      ObjectNode object = Wire.object(json);
      RequestParser.checkVersion(object.get("v"));
      return body.read(object);
    } catch (Refusal refusal) {
      throw new CaudalException(refusal.code(), "not a " + what + ": " + refusal.reason());
    }
  }

  static String text(JsonFields fields, String name) throws Refusal {
    return fields.required(fields.text(name), name, "a text");
  }

  static long whole(JsonFields fields, String name) throws Refusal {
    Long value = fields.whole(name, Long.MIN_VALUE, Long.MAX_VALUE);
    return value == null ? 0 : value;
  }

  static int count(JsonFields fields, String name) throws Refusal {
    Long value = fields.whole(name, 0, Integer.MAX_VALUE);
    return value == null ? 0 : value.intValue();
  }

  static double millis(JsonFields fields, String name) throws Refusal {
    return fields.number(name, JsonFields.closed(-1e300, 1e300), 0);
  }

  /** The object in that field; an empty one when it is absent. */
  static JsonFields object(JsonFields fields, String name) throws Refusal {
    JsonNode node = fields.get(name);
    if (node == null) {
      return new JsonFields(fields.object().objectNode(), name + ".");
    }
    if (node instanceof ObjectNode object) {
      return new JsonFields(object, name + ".");
    }
    throw fields.wrongType(name, "an object", node);
  }

  /** The texts of the object in that field; none when it is absent. */
  static Map<String, String> texts(JsonFields fields, String name) throws Refusal {
    Map<String, String> texts = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : object(fields, name).object().properties()) {
      texts.put(entry.getKey(), entry.getValue().asText());
    }
    return texts;
  }

  /** The objects of the array in that field; none when it is absent. */
  static List<JsonFields> objects(JsonFields fields, String name) throws Refusal {
    JsonNode list = fields.get(name);
    List<JsonFields> objects = new ArrayList<>();
    if (list != null) {
      for (JsonNode node : list) {
        if (!(node instanceof ObjectNode object)) {
          throw fields.wrongType(name, "an array of objects", node);
        }
        objects.add(new JsonFields(object, fields.path() + name + "."));
      }
    }
    return objects;
  }

  static ErrorCode code(JsonFields fields, String name) throws Refusal {
    String text = text(fields, name);
    for (ErrorCode code : ErrorCode.values()) {
      if (code.code().equals(text)) {
        return code;
      }
    }
    throw new Refusal(ErrorCode.BAD_FIELD, name + " = " + Quoted.of(text) + " is not known");
  }
}
