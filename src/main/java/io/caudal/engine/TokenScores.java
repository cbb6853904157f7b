package io.caudal.engine;

import io.caudal.protocol.Logprob;
import io.caudal.protocol.TokenLogprobs;
import io.caudal.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;

/**
 * What the model held a generated token for: log probabilities of its own distribution, before
 * bias, penalties, temperature and whatever else chooses (vLLM's {@code raw_logprobs}).
 *
 * @param id the generated token
 * @param logprob natural logarithm of its probability, {@value #LEAST} at least
 * @param topIds the likeliest tokens, likeliest first
 * @param topLogprobs theirs
 */
public record TokenScores(int id, float logprob, int[] topIds, float[] topLogprobs) {
  /** JSON has no infinity; the number is OpenAI's. */
  static final float LEAST = -9999;

  /**
   * @param logits the model's, [vocabulary]; not changed
   * @param top how many of the likeliest; fewer if the vocabulary is smaller
   */
  static TokenScores of(float[] logits, int id, int top) {
    double max = logits[Sampler.argmax(logits)];
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - max);
    }
    double logSum = max + Math.log(sum);
    int[] topIds = largest(logits, Math.min(top, logits.length));
    float[] topLogprobs = new float[topIds.length];
    for (int i = 0; i < topIds.length; i++) {
      topLogprobs[i] = logprob(logits[topIds[i]], logSum);
    }
    return new TokenScores(id, logprob(logits[id], logSum), topIds, topLogprobs);
  }

  /** As results tell it, with texts and bytes. */
  public TokenLogprobs told(Tokenizer tokenizer) {
    List<Logprob> top = new ArrayList<>(topIds.length);
    for (int i = 0; i < topIds.length; i++) {
      top.add(told(tokenizer, topIds[i], topLogprobs[i]));
    }
    return new TokenLogprobs(told(tokenizer, id, logprob), List.copyOf(top));
  }

  private static Logprob told(Tokenizer tokenizer, int id, float logprob) {
    byte[] bytes = tokenizer.bytes(id);
    if (bytes == null) {
      return new Logprob(id, tokenizer.decode(new int[] {id}, 0, 1), logprob, null);
    }
    List<Integer> values = new ArrayList<>(bytes.length);
    for (byte one : bytes) {
      values.add(one & 0xff);
    }
    return new Logprob(id, new String(bytes, StandardCharsets.UTF_8), logprob, List.copyOf(values));
  }

  private static float logprob(float logit, double logSum) {
    return Math.max(LEAST, (float) (logit - logSum) + 0.0f); // no -0.0
  }

  /** Ids of the {@code n} largest, the largest first; of equals, the lowest ids. */
  private static int[] largest(float[] logits, int n) {
    if (n == 0) {
      return new int[0];
    }
    // Integers that sort like (logit, then low ids first), the least of the largest on top.
    PriorityQueue<Long> heap = new PriorityQueue<>(n);
    for (int id = 0; id < logits.length; id++) {
      long key = ((long) ordered(logits[id]) << 32) | (~id & 0xffffffffL);
      if (heap.size() < n) {
        heap.add(key);
      } else if (key > heap.element()) {
        heap.remove();
        heap.add(key);
      }
    }
    long[] sorted = heap.stream().mapToLong(key -> key).sorted().toArray();
    int[] ids = new int[n];
    Arrays.setAll(ids, i -> ~(int) sorted[n - 1 - i]);
    return ids;
  }

  /** The bits of a number, changed so that they sort as it does. */
  private static int ordered(float value) {
    int bits = Float.floatToIntBits(value);
    return bits >= 0 ? bits : bits ^ 0x7fffffff;
  }
}
