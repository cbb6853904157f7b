package io.caudal.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code tokenizer.json} says of its ids and the native library does not tell. */
final class Vocabulary {
  private final byte[] @Nullable [] bytes;
  private final BitSet special;

  private Vocabulary(byte[] @Nullable [] bytes, BitSet special) {
    this.bytes = bytes;
    this.special = special;
  }

  static Vocabulary read(Path tokenizerJson) {
    JsonNode root;
    try {
      root = new ObjectMapper().readTree(tokenizerJson.toFile());
    } catch (IOException e) {
      throw new CaudalException(
          ErrorCode.MODEL_DAMAGED, tokenizerJson + " is not JSON: " + e.getMessage(), e);
    }
    List<String> pieces = pieces(root.path("model").path("vocab"));
    TokenSpelling spelling = TokenSpelling.of(root.path("decoder"));
    byte[] @Nullable [] bytes = new byte[Math.max(pieces.size(), added(root) + 1)][];
    for (int id = 0; id < pieces.size(); id++) {
      bytes[id] = spelling.bytes(pieces.get(id));
    }
    BitSet special = new BitSet();
    for (JsonNode token : root.path("added_tokens")) {
      int id = token.path("id").asInt();
      bytes[id] = token.path("content").asText().getBytes(StandardCharsets.UTF_8);
      special.set(id, token.path("special").asBoolean());
    }
    if (bytes.length == 0) {
      throw new CaudalException(
          ErrorCode.MODEL_DAMAGED, tokenizerJson + " has no model.vocab: not a tokenizer");
    }
    return new Vocabulary(bytes, special);
  }

  /** One more than the highest id, added tokens included. */
  int size() {
    return bytes.length;
  }

  /** See {@link Tokenizer#bytes}. */
  byte @Nullable [] bytes(int id) {
    return id < bytes.length ? bytes[id] : null;
  }

  /** Whether decoding leaves the token out. */
  boolean isSpecial(int id) {
    return special.get(id);
  }

  private static List<@Nullable String> pieces(JsonNode vocabulary) {
    List<@Nullable String> pieces = new ArrayList<>();
    if (vocabulary.isArray()) { // Unigram: [piece, score] by id
      vocabulary.forEach(piece -> pieces.add(piece.path(0).asText()));
      return pieces;
    }
    for (Map.Entry<String, JsonNode> entry : vocabulary.properties()) {
      int id = entry.getValue().asInt();
      while (pieces.size() <= id) {
        pieces.add(null);
      }
      pieces.set(id, entry.getKey());
    }
    return pieces;
  }

  private static int added(JsonNode root) {
    int highest = -1;
    for (JsonNode token : root.path("added_tokens")) {
      highest = Math.max(highest, token.path("id").asInt());
    }
    return highest;
  }
}
