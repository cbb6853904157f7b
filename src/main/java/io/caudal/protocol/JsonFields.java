package io.caudal.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.error.ErrorCode;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Typed reading of one JSON object. A field of the wrong JSON type is {@code BAD_FIELD}; a value
 * out of range is {@code BAD_PARAMETER}. A field that is absent or null reads as null.
 */
record JsonFields(ObjectNode object, String path) {

  /** A number that may be at its ends, or not. */
  record Range(double low, boolean lowIn, double high, boolean highIn) {
    boolean contains(double value) {
      return (lowIn ? value >= low : value > low) && (highIn ? value <= high : value < high);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s%s, %s%s",
          lowIn ? "[" : "(",
          plain(low),
          plain(high),
          highIn ? "]" : ")");
    }

    private static String plain(double value) {
      return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
  }

  static Range closed(double low, double high) {
    return new Range(low, true, high, true);
  }

  /** Refuses any field that is not in {@code known}. */
  void refuseUnknown(Set<String> known) throws Refusal {
    for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        throw new Refusal(
            ErrorCode.BAD_FIELD,
            "unknown field "
                + Quoted.of(path + name)
                + "; nearest known: '"
                + path
                + Nearest.to(name, known)
                + "'");
      }
    }
  }

  @Nullable JsonNode get(String name) {
    JsonNode node = object.get(name);
    return node == null || node.isNull() ? null : node;
  }

  @Nullable String text(String name) throws Refusal {
    JsonNode node = get(name);
    return node == null ? null : text(name, node);
  }

  String text(String name, JsonNode node) throws Refusal {
    if (!node.isTextual()) {
      throw wrongType(name, "a string", node);
    }
    String text = node.textValue();
    int at = Quoted.loneSurrogate(text);
    if (at >= 0) {
      throw new Refusal(
          ErrorCode.BAD_FIELD,
          path + name + " is not valid Unicode: lone surrogate at character " + at);
    }
    return text;
  }

  /** Text of 1 to {@code maxChars} characters without control characters. */
  @Nullable String name(String name, int maxChars) throws Refusal {
    String text = text(name);
    if (text != null) {
      Ids.check(path + name, text, maxChars);
    }
    return text;
  }

  String required(@Nullable String value, String name, String why) throws Refusal {
    if (value == null) {
      throw new Refusal(ErrorCode.MISSING_FIELD, path + name + " is missing: " + why);
    }
    return value;
  }

  @Nullable Long whole(String name, long low, long high) throws Refusal {
    JsonNode node = get(name);
    return node == null ? null : whole(name, node, low, high, "");
  }

  long whole(String name, JsonNode node, long low, long high, String hint) throws Refusal {
    if (!node.isIntegralNumber()) {
      throw wrongType(name, "a whole number", node);
    }
    if (!node.canConvertToLong() || node.longValue() < low || node.longValue() > high) {
      BigInteger value = node.bigIntegerValue();
      throw outOfRange(
          name,
          value.bitLength() > 128 ? "a number of " + value.bitLength() + " bits" : value.toString(),
          low + " to " + high + hint);
    }
    return node.longValue();
  }

  double number(String name, Range range, double absent) throws Refusal {
    JsonNode node = get(name);
    if (node == null) {
      return absent;
    }
    if (!node.isNumber()) {
      throw wrongType(name, "a number", node);
    }
    double value = node.doubleValue() + 0.0; // -0.0 becomes 0.0
    if (!range.contains(value)) {
      throw outOfRange(name, Double.toString(value), range.toString());
    }
    return value;
  }

  boolean flag(String name, boolean absent) throws Refusal {
    JsonNode node = get(name);
    if (node == null) {
      return absent;
    }
    if (!node.isBoolean()) {
      throw wrongType(name, "true or false", node);
    }
    return node.booleanValue();
  }

  Refusal outOfRange(String name, String value, String range) {
    return new Refusal(
        ErrorCode.BAD_PARAMETER, path + name + " = " + value + " is not allowed: " + range);
  }

  Refusal wrongType(String name, String wanted, JsonNode node) {
    return new Refusal(
        ErrorCode.BAD_FIELD, path + name + " must be " + wanted + ", this is " + typeOf(node));
  }

  static String typeOf(@Nullable JsonNode node) {
    if (node == null || node.isMissingNode()) {
      return "empty";
    }
    return switch (node.getNodeType()) {
      case ARRAY -> "an array";
      case OBJECT -> "an object";
      case STRING -> "a string";
      case NUMBER -> node.isIntegralNumber() ? "a whole number" : "a fraction";
      case BOOLEAN -> "a boolean";
      case NULL -> "null";
      case BINARY, MISSING, POJO -> "not JSON";
    };
  }
}
