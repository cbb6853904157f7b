package io.caudal.engine;

import io.caudal.error.ErrorCode;
import io.caudal.protocol.Failure;
import io.caudal.schedule.Sequence;
import io.caudal.text.Tokenizer;
import org.jspecify.annotations.Nullable;

/** Why a generation is not computed, or no longer. */
final class Refusals {
  private Refusals() {}

  /**
   * Why a context can't be computed, whoever made it; null if it can.
   *
   * @param room token positions of KV that one step loop has
   */
  static @Nullable Failure of(
      Generation generation, ModelInfo model, Tokenizer tokenizer, int room) {
    if (generation.context().length == 0) {
      return new Failure(ErrorCode.EMPTY_PROMPT, "the prompt has no tokens");
    }
    for (int id : generation.context()) {
      if (id < 0 || id >= model.vocabularySize()) {
        return new Failure(
            ErrorCode.BAD_PARAMETER,
            String.format(
                "token id %d is not one of the model's, 0 to %d", id, model.vocabularySize() - 1));
      }
    }
    int prompt = generation.promptTokens();
    if (prompt > model.contextTokens()) {
      return new Failure(
          ErrorCode.CONTEXT_TOO_LONG,
          String.format(
              "a prompt of %d tokens is over the model's context of %d",
              prompt, model.contextTokens()));
    }
    if (prompt >= room) {
      return new Failure(
          ErrorCode.CONTEXT_TOO_LONG,
          String.format(
              "the request needs KV of %d tokens, a step loop has room for %d; raise"
                  + " kv.device.tokens or lower engine.step-loops",
              prompt + 1, room));
    }
    return SamplingCheck.refusal(generation.sampling(), tokenizer, model);
  }

  static Failure tooLate(Sequence sequence, long nowMillis) {
    long left = sequence.deadlineMillis() - nowMillis;
    return new Failure(
        ErrorCode.DEADLINE_EXCEEDED,
        "the request's deadline "
            + sequence.deadlineMillis()
            + (left < 0
                ? " has passed"
                : " is in " + left + " ms: answers take longer now, and others wait"));
  }

  static Failure breaksEngine(RuntimeException failure) {
    return new Failure(
        ErrorCode.BREAKS_ENGINE,
        "the model failed on this request and not on the others of its step: "
            + failure.getMessage());
  }
}
