package io.caudal.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One record of the results topic: the final answer to one request.
 *
 * @param turn how many requests the session has answered, this one included; 0 without a session
 * @param attempt the attempt whose token pieces add up to {@code text}
 * @param failure why it failed; null when it was answered
 * @param repeated whether this is the stored result of a request id that came again
 * @param logprobs of each generated token, where asked for and answered; shorter than the answer
 *     where the record would be too large
 * @param choices all answers, the first one too, where more than one was asked for and all were
 *     answered; null otherwise
 * @param session what is known of the session, where the request asked; null otherwise
 * @param removed what a request removed; null if it asked for no such thing
 */
public record Result(
    String requestId,
    @Nullable String sessionId,
    int turn,
    long attempt,
    String text,
    FinishReason finishReason,
    @Nullable Failure failure,
    Usage usage,
    Timings timings,
    @Nullable String model,
    long configVersion,
    boolean repeated,
    @Nullable List<TokenLogprobs> logprobs,
    @Nullable List<Choice> choices,
    @Nullable SessionInfo session,
    @Nullable Removed removed) {

  /** A result of a request that asks for text. */
  public Result(
      String requestId,
      @Nullable String sessionId,
      int turn,
      long attempt,
      String text,
      FinishReason finishReason,
      @Nullable Failure failure,
      Usage usage,
      Timings timings,
      @Nullable String model,
      long configVersion,
      boolean repeated,
      @Nullable List<TokenLogprobs> logprobs,
      @Nullable List<Choice> choices) {
    this(
        requestId,
        sessionId,
        turn,
        attempt,
        text,
        finishReason,
        failure,
        usage,
        timings,
        model,
        configVersion,
        repeated,
        logprobs,
        choices,
        null,
        null);
  }

  /** A result without log probabilities, of one answer. */
  public Result(
      String requestId,
      @Nullable String sessionId,
      int turn,
      long attempt,
      String text,
      FinishReason finishReason,
      @Nullable Failure failure,
      Usage usage,
      Timings timings,
      @Nullable String model,
      long configVersion,
      boolean repeated) {
    this(
        requestId,
        sessionId,
        turn,
        attempt,
        text,
        finishReason,
        failure,
        usage,
        timings,
        model,
        configVersion,
        repeated,
        null,
        null);
  }
}
