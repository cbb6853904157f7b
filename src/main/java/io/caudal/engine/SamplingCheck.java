package io.caudal.engine;

import io.caudal.error.ErrorCode;
import io.caudal.protocol.Failure;
import io.caudal.protocol.ResponseFormat;
import io.caudal.protocol.SamplingParams;
import io.caudal.text.Tokenizer;
import org.jspecify.annotations.Nullable;

/** What of a request's sampling depends on the model. */
final class SamplingCheck {
  /** A vocabulary without a quote or a brace, say. */
  static final Failure NO_TOKEN =
      new Failure(
          ErrorCode.MODEL_UNSUPPORTED,
          "no token of the model can go on in the answer's JSON: response_format json_object does"
              + " not work with it");

  private SamplingCheck() {}

  /** Why the model can't sample so; null if it can. */
  static @Nullable Failure refusal(SamplingParams params, Tokenizer tokenizer, ModelInfo model) {
    for (int id : params.logitBias().keySet()) {
      if (id >= model.vocabularySize()) {
        return new Failure(
            ErrorCode.BAD_PARAMETER,
            String.format(
                "logit_bias has token id %d, the model's ids are 0 to %d",
                id, model.vocabularySize() - 1));
      }
    }
    if (params.format() == ResponseFormat.JSON_OBJECT && !knowsBytes(tokenizer)) {
      return new Failure(
          ErrorCode.MODEL_UNSUPPORTED,
          "response_format json_object needs a tokenizer.json whose decoder is ByteLevel, Metaspace"
              + " or ByteFallback; this model's is another");
    }
    return null;
  }

  static @Nullable JsonConstraint constraint(
      SamplingParams params, Tokenizer tokenizer, ModelInfo model) {
    return params.format() == ResponseFormat.JSON_OBJECT
        ? new JsonConstraint(tokenizer, model.stopIds())
        : null;
  }

  private static boolean knowsBytes(Tokenizer tokenizer) {
    for (int id = 0; id < tokenizer.vocabularySize(); id++) {
      if (!tokenizer.isSpecial(id) && tokenizer.bytes(id) != null) {
        return true;
      }
    }
    return false;
  }
}
