package io.caudal.engine;

import io.caudal.protocol.SamplingParams;
import io.caudal.schedule.TokenLog;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.IntPredicate;

/**
 * Chooses the next token of one sequence. What it chooses depends on the logits, the parameters,
 * the tokens so far, the seed and the position, on nothing else: not on the batch, the thread or
 * what was drawn before. So an answer that continues after a crash goes on as it would have.
 */
final class Sampler {
  /** No token is allowed. */
  static final int NONE = -1;

  private static final int DRAWS = 8;

  private final SamplingParams params;
  private final long seed;
  private final int promptTokens;

  // What the penalties look at; each token is looked at once.
  private final BitSet inContext = new BitSet();
  private final Map<Integer, Integer> inAnswer = new HashMap<>();
  private int counted;

  Sampler(SamplingParams params, long seed, int promptTokens) {
    this.params = params;
    this.seed = seed;
    this.promptTokens = promptTokens;
  }

  /** What of a position's logits it needs to choose. */
  Wanted wanted() {
    boolean changes =
        !params.logitBias().isEmpty() || params.repetitionPenalty() != 1 || penalizesAnswer();
    if (changes) {
      return Wanted.LOGITS;
    }
    return params.temperature() == 0 ? Wanted.LIKELIEST : draw(seed);
  }

  private Draw draw(long ofSeed) {
    return new Draw(params.temperature(), params.topK(), params.topP(), params.minP(), ofSeed);
  }

  private boolean penalizesAnswer() {
    return params.frequencyPenalty() != 0 || params.presencePenalty() != 0;
  }

  /**
   * The id of the token that follows {@code tokens}; changes {@code logits}, a row [vocabulary].
   */
  int sample(float[] logits, TokenLog tokens) {
    return sample(logits, tokens, id -> true);
  }

  /**
   * As {@link #sample(float[], TokenLog)}, of the allowed tokens only; {@link #NONE} if there are
   * none. A few draws mostly find one; only then all are looked at. To draw on without what was
   * refused chooses among the allowed as they are likely to each other (Luce's choice axiom).
   */
  int sample(float[] logits, TokenLog tokens, IntPredicate allowed) {
    params.logitBias().forEach((id, bias) -> logits[id] += bias.floatValue());
    penalize(logits, tokens);
    for (int draw = 0; draw < DRAWS; draw++) {
      int id = choose(logits, tokens.size(), draw);
      if (allowed.test(id)) {
        return id;
      }
      logits[id] = Float.NEGATIVE_INFINITY;
    }
    for (int id = 0; id < logits.length; id++) {
      if (logits[id] != Float.NEGATIVE_INFINITY && !allowed.test(id)) {
        logits[id] = Float.NEGATIVE_INFINITY;
      }
    }
    int id = choose(logits, tokens.size(), DRAWS);
    return allowed.test(id) ? id : NONE;
  }

  private int choose(float[] logits, int position, int draw) {
    return params.temperature() == 0
        ? argmax(logits)
        : drawn(logits, draw(seed + draw * 0xd1342543de82ef95L), position);
  }

  private void penalize(float[] logits, TokenLog tokens) {
    boolean ofAnswer = penalizesAnswer();
    if (!ofAnswer && params.repetitionPenalty() == 1) {
      return;
    }
    for (; counted < tokens.size(); counted++) {
      inContext.set(tokens.get(counted));
      if (counted >= promptTokens) {
        inAnswer.merge(tokens.get(counted), 1, Integer::sum);
      }
    }
    double repetition = params.repetitionPenalty();
    if (repetition != 1) {
      for (int id = inContext.nextSetBit(0); id >= 0; id = inContext.nextSetBit(id + 1)) {
        logits[id] *= (float) (logits[id] > 0 ? 1 / repetition : repetition);
      }
    }
    if (ofAnswer) {
      inAnswer.forEach(
          (id, count) ->
              logits[id] -= (float) (params.frequencyPenalty() * count + params.presencePenalty()));
    }
  }

  /** The lowest id among the largest logits. */
  static int argmax(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  /** The token that follows {@code position} others. */
  static int drawn(float[] logits, Draw draw, int position) {
    double[] weights = weights(logits, draw.temperature());
    int[] candidates = draw.isCut() ? likeliest(weights, draw) : everyId(weights.length);
    double total = 0;
    for (int id : candidates) {
      total += weights[id];
    }
    double left = draw.uniform(position) * total;
    for (int id : candidates) {
      left -= weights[id];
      if (left < 0) {
        return id;
      }
    }
    // Rounding left a rest: the last one that can be chosen.
    int last = candidates.length - 1;
    while (last > 0 && weights[candidates[last]] == 0) {
      last--;
    }
    return candidates[last];
  }

  /** exp((logit - max) / temperature), so that the likeliest has weight 1. */
  private static double[] weights(float[] logits, double temperature) {
    float max = logits[argmax(logits)];
    double[] weights = new double[logits.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Math.exp((logits[i] - max) / temperature);
    }
    return weights;
  }

  /** Ids that top-k, top-p and min-p leave, likeliest first. */
  private static int[] likeliest(double[] weights, Draw draw) {
    double total = 0;
    for (double weight : weights) {
      total += weight;
    }
    // Tokens below this can't be in the nucleus: all of them together weigh less than what it may
    // leave out (llama2.c's sampler). So only a few are sorted.
    double outside = total * (1 - draw.topP()) / Math.max(1, weights.length - 1);
    double least = Math.max(draw.minP(), draw.topK() > 0 ? 0 : outside);
    if (draw.topK() > 0 && draw.topK() < weights.length) {
      least = Math.max(least, largest(weights, draw.topK()));
    }
    long[] sorted = new long[weights.length];
    int n = 0;
    for (int id = 0; id < weights.length; id++) {
      if (weights[id] >= least) {
        // Weights are in [0, 1]: their bits sort like themselves. Equal ones keep the order of ids.
        sorted[n++] = (~Float.floatToIntBits((float) weights[id]) & 0xffffffffL) << 32 | id;
      }
    }
    Arrays.sort(sorted, 0, n);
    int limit = draw.topK() > 0 ? Math.min(draw.topK(), n) : n;
    double mass = 0;
    double kept = 0;
    for (int i = 0; i < limit; i++) {
      mass += weights[(int) sorted[i]];
    }
    double wanted = draw.topP() * (draw.topK() > 0 ? mass : total);
    int[] ids = new int[limit];
    int size = 0;
    while (size < limit && kept < wanted) {
      int id = (int) sorted[size];
      ids[size++] = id;
      kept += weights[id];
    }
    return Arrays.copyOf(ids, Math.max(1, size));
  }

  /** The {@code k}-th largest weight, by a heap of the {@code k} largest seen. */
  private static double largest(double[] weights, int k) {
    PriorityQueue<Double> heap = new PriorityQueue<>(k);
    for (double weight : weights) {
      if (heap.size() < k) {
        heap.add(weight);
      } else if (weight > heap.element()) {
        heap.remove();
        heap.add(weight);
      }
    }
    return heap.element();
  }

  private static int[] everyId(int n) {
    int[] ids = new int[n];
    Arrays.setAll(ids, i -> i);
    return ids;
  }
}
