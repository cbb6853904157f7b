package io.caudal.protocol;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the next token is chosen, and what is told of the choice, with OpenAI's names. Ranges are
 * checked by {@code RequestParser}.
 *
 * @param temperature 0 to 2; 0 is greedy
 * @param topP nucleus: the smallest set of tokens with this probability, (0, 1]
 * @param topK at most this many tokens; 0 for all
 * @param minP drops tokens less likely than this share of the likeliest, [0, 1)
 * @param seed same seed, same text; null derives one from the request id
 * @param frequencyPenalty -2 to 2, times the count of the token in the answer so far
 * @param presencePenalty -2 to 2, once for a token that is in the answer so far
 * @param repetitionPenalty (0, 2], divides positive and multiplies negative logits of tokens in the
 *     context (CTRL, Keskar et al. 2019, section 4.1); 1 is off
 * @param ignoreEos whether an end token is a token like any other, so that the answer has as many
 *     as were asked for; for measurements (vLLM's name)
 * @param logitBias added to the logit of a token id, -100 to 100; empty for none
 * @param topLogprobs how many of the likeliest tokens are told with each generated one's log
 *     probability, 0 to 20; null to tell of none
 * @param format what the text must be
 * @param choices how many answers to draw; the i-th as the first of a request with seed + i
 */
public record SamplingParams(
    double temperature,
    double topP,
    int topK,
    double minP,
    @Nullable Long seed,
    double frequencyPenalty,
    double presencePenalty,
    double repetitionPenalty,
    boolean ignoreEos,
    Map<Integer, Double> logitBias,
    @Nullable Integer topLogprobs,
    ResponseFormat format,
    int choices) {

  /** Greedy decoding, the default: a session recalls best what it does not have to guess. */
  public static final SamplingParams GREEDY = new SamplingParams(0, 1, 0, 0, null, 0, 0, 1);

  public SamplingParams {
    logitBias = Map.copyOf(logitBias);
  }

  /** As the other, and it ends at an end token. */
  public SamplingParams(
      double temperature,
      double topP,
      int topK,
      double minP,
      @Nullable Long seed,
      double frequencyPenalty,
      double presencePenalty,
      double repetitionPenalty) {
    this(
        temperature,
        topP,
        topK,
        minP,
        seed,
        frequencyPenalty,
        presencePenalty,
        repetitionPenalty,
        false);
  }

  /** One answer of any text, no bias, no log probabilities. */
  public SamplingParams(
      double temperature,
      double topP,
      int topK,
      double minP,
      @Nullable Long seed,
      double frequencyPenalty,
      double presencePenalty,
      double repetitionPenalty,
      boolean ignoreEos) {
    this(
        temperature,
        topP,
        topK,
        minP,
        seed,
        frequencyPenalty,
        presencePenalty,
        repetitionPenalty,
        ignoreEos,
        Map.of(),
        null,
        ResponseFormat.TEXT,
        1);
  }
}
