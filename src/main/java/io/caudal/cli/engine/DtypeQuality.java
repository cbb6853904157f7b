package io.caudal.cli.engine;

import io.caudal.engine.Chunk;
import io.caudal.engine.ModelRunner;
import io.caudal.engine.Prediction;
import io.caudal.engine.Wanted;
import java.util.ArrayList;
import java.util.List;

/**
 * What a number format does to answers: contexts continued greedily by a model in one format, and
 * read along, token by token, by the same model in another.
 */
final class DtypeQuality {
  private record Answered(int[] tokens, List<float[]> logits) {}

  private final List<Answered> answers = new ArrayList<>();

  /**
   * Continues each context by {@code answerTokens}.
   *
   * @param exact with a slot for each context, whatever is in it
   */
  DtypeQuality(ModelRunner exact, List<int[]> contexts, int answerTokens) {
    for (int slot = 0; slot < contexts.size(); slot++) {
      int[] context = contexts.get(slot);
      int[] tokens = new int[answerTokens];
      List<float[]> logits = new ArrayList<>();
      exact.release(slot);
      exact.reserve(slot, context.length + answerTokens);
      int[] next = context;
      int at = 0;
      for (int i = 0; i < answerTokens; i++) {
        float[] row =
            exact.forward(List.of(new Chunk(slot, at, next, Wanted.LOGITS))).get(0).logits();
        at += next.length;
        logits.add(row);
        tokens[i] = Divergence.likeliest(row);
        next = new int[] {tokens[i]};
      }
      answers.add(new Answered(tokens, logits));
    }
  }

  /**
   * How far the other's next tokens are from the exact ones, all contexts in one batch.
   *
   * @param other with a slot for each context
   */
  Divergence measure(ModelRunner other, List<int[]> contexts) {
    Divergence divergence = new Divergence();
    int answerTokens = answers.get(0).tokens().length;
    for (int slot = 0; slot < contexts.size(); slot++) {
      other.reserve(slot, contexts.get(slot).length + answerTokens);
    }
    for (int i = 0; i < answerTokens; i++) {
      List<Chunk> chunks = new ArrayList<>();
      for (int slot = 0; slot < contexts.size(); slot++) {
        int[] context = contexts.get(slot);
        chunks.add(
            i == 0
                ? new Chunk(slot, 0, context, Wanted.LOGITS)
                : new Chunk(
                    slot,
                    context.length + i - 1,
                    new int[] {answers.get(slot).tokens()[i - 1]},
                    Wanted.LOGITS));
      }
      List<Prediction> predictions = other.forward(chunks);
      for (int slot = 0; slot < contexts.size(); slot++) {
        divergence.add(answers.get(slot).logits().get(i), predictions.get(slot).logits());
      }
    }
    return divergence;
  }
}
