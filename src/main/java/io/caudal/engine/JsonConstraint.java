package io.caudal.engine;

import io.caudal.text.JsonPrefix;
import io.caudal.text.Tokenizer;
import java.util.Set;

/** Lets an answer be one JSON object, and nothing else. Owned by the engine's thread. */
final class JsonConstraint {
  private final Tokenizer tokenizer;
  private final Set<Integer> stopIds;
  private final JsonPrefix prefix = new JsonPrefix();

  JsonConstraint(Tokenizer tokenizer, Set<Integer> stopIds) {
    this.tokenizer = tokenizer;
    this.stopIds = stopIds;
  }

  /** Whether the answer can go on with this token: one without text would not end it. */
  boolean allows(int id) {
    byte[] bytes = tokenizer.bytes(id);
    return bytes != null
        && bytes.length > 0
        && !tokenizer.isSpecial(id)
        && !stopIds.contains(id)
        && prefix.allows(bytes);
  }

  /** The answer goes on with a token that is allowed. */
  void accept(int id) {
    byte[] bytes = tokenizer.bytes(id);
    if (bytes == null || !prefix.accept(bytes)) {
      throw new IllegalStateException("token " + id + " can't go on in the answer's JSON");
    }
  }

  boolean isComplete() {
    return prefix.isComplete();
  }
}
