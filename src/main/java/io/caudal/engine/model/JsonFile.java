package io.caudal.engine.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A JSON object of a model folder, with checked access to its numbers. */
record JsonFile(Path path, JsonNode root) {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  static JsonFile read(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new CaudalException(
          ErrorCode.MODEL_NOT_FOUND, "no file " + path + "; model.path must be a model folder");
    }
    try {
      return new JsonFile(path, object(path, MAPPER.readTree(Files.readAllBytes(path))));
    } catch (JsonProcessingException e) {
      throw new CaudalException(
          ErrorCode.MODEL_DAMAGED, path + " is no good JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new CaudalException(ErrorCode.MODEL_NOT_FOUND, "can't read " + path + ": " + e, e);
    }
  }

  static JsonNode parse(Path path, byte[] json) {
    try {
      return object(path, MAPPER.readTree(json));
    } catch (IOException e) {
      throw new CaudalException(
          ErrorCode.MODEL_DAMAGED, "the header of " + path + " is no good JSON: " + e, e);
    }
  }

  private static JsonNode object(Path path, JsonNode node) {
    if (!node.isObject()) {
      throw new CaudalException(ErrorCode.MODEL_DAMAGED, path + " holds no JSON object");
    }
    return node;
  }

  boolean has(String field) {
    return root.hasNonNull(field);
  }

  /** A part that is an object itself. */
  JsonFile in(String field) {
    if (!root.get(field).isObject()) {
      throw damaged(field, "an object");
    }
    return new JsonFile(path, root.get(field));
  }

  String text(String field, String absent) {
    return root.path(field).asText(absent);
  }

  boolean flag(String field, boolean absent) {
    if (!has(field)) {
      return absent;
    }
    if (!root.get(field).isBoolean()) {
      throw damaged(field, "true or false");
    }
    return root.get(field).booleanValue();
  }

  /** A size: a whole number from 1 up. */
  int size(String field) {
    JsonNode node = root.path(field);
    if (!node.canConvertToInt() || !node.isIntegralNumber() || node.intValue() < 1) {
      throw damaged(field, "a whole number above 0");
    }
    return node.intValue();
  }

  int size(String field, int absent) {
    return has(field) ? size(field) : absent;
  }

  /** A number above 0. */
  double number(String field) {
    JsonNode node = root.path(field);
    if (!node.isNumber() || !(node.doubleValue() > 0)) {
      throw damaged(field, "a number above 0");
    }
    return node.doubleValue();
  }

  double number(String field, double absent) {
    return has(field) ? number(field) : absent;
  }

  CaudalException damaged(String field, String wanted) {
    return new CaudalException(
        ErrorCode.MODEL_DAMAGED,
        String.format("%s: %s is %s, not %s", path, field, root.path(field), wanted));
  }

  CaudalException unsupported(String what) {
    return new CaudalException(ErrorCode.MODEL_UNSUPPORTED, path + ": " + what);
  }
}
