package io.caudal.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;

/** Counts the ids of a {@code tokenizer.json}, which the native library does not tell. */
final class Vocabulary {
  private Vocabulary() {}

  /** One more than the highest id, added tokens included. */
  static int size(Path tokenizerJson) {
    JsonNode root;
    try {
      root = new ObjectMapper().readTree(tokenizerJson.toFile());
    } catch (IOException e) {
      throw new CaudalException(
          ErrorCode.MODEL_DAMAGED, tokenizerJson + " is not JSON: " + e.getMessage(), e);
    }
    int highest = -1;
    JsonNode vocabulary = root.path("model").path("vocab");
    if (vocabulary.isArray()) { // Unigram: [piece, score] by id
      highest = vocabulary.size() - 1;
    } else {
      for (JsonNode id : vocabulary) {
        highest = Math.max(highest, id.asInt());
      }
    }
    for (JsonNode added : root.path("added_tokens")) {
      highest = Math.max(highest, added.path("id").asInt());
    }
    if (highest < 0) {
      throw new CaudalException(
          ErrorCode.MODEL_DAMAGED, tokenizerJson + " has no model.vocab: not a tokenizer");
    }
    return highest + 1;
  }
}
