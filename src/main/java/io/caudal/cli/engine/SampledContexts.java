package io.caudal.cli.engine;

import io.caudal.engine.Chunk;
import io.caudal.engine.ModelRunner;
import io.caudal.engine.Prediction;
import io.caudal.engine.Wanted;
import io.caudal.protocol.Message;
import io.caudal.protocol.Role;
import io.caudal.text.ModelText;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Contexts that a model wrote itself, sampled at temperature 1: text as it knows it, whatever it
 * was trained on, and no data set to bring along.
 */
final class SampledContexts {
  private SampledContexts() {}

  /** Contexts of {@code tokens} ids in as many slots, whose KV is written but for the last id. */
  static List<int[]> write(ModelRunner runner, ModelText text, int count, int tokens, long seed) {
    int[] start = start(text);
    List<int[]> contexts = new ArrayList<>();
    List<SplittableRandom> draws = new ArrayList<>();
    for (int slot = 0; slot < count; slot++) {
      int[] context = new int[tokens];
      System.arraycopy(start, 0, context, 0, start.length);
      contexts.add(context);
      draws.add(new SplittableRandom(seed + slot));
      runner.reserve(slot, tokens);
    }
    int first = 0;
    for (int known = start.length; known < tokens; known++) {
      List<Chunk> chunks = new ArrayList<>();
      for (int slot = 0; slot < count; slot++) {
        int[] next = new int[known - first];
        System.arraycopy(contexts.get(slot), first, next, 0, next.length);
        chunks.add(new Chunk(slot, first, next, Wanted.LOGITS));
      }
      List<Prediction> predictions = runner.forward(chunks);
      for (int slot = 0; slot < count; slot++) {
        contexts.get(slot)[known] =
            draw(predictions.get(slot).logits(), draws.get(slot).nextDouble());
      }
      first = known;
    }
    return contexts;
  }

  private static int[] start(ModelText text) {
    int[] start =
        text.prompts().takesMessages()
            ? text.prompts().first(List.of(new Message(Role.USER, "Hello!")), 0)
            : text.prompts().prompt("", true);
    return start.length == 0 ? new int[1] : start;
  }

  private static int draw(float[] logits, double at) {
    double[] logProbabilities = Divergence.logSoftmax(logits);
    double sum = 0;
    for (int id = 0; id < logits.length; id++) {
      sum += Math.exp(logProbabilities[id]);
      if (sum > at) {
        return id;
      }
    }
    return Divergence.likeliest(logits);
  }
}
