package io.caudal.protocol;

import org.jspecify.annotations.Nullable;

/**
 * One record of the results topic: the final answer to one request.
 *
 * @param turn how many requests the session has answered, this one included; 0 without a session
 * @param attempt the attempt whose token pieces add up to {@code text}
 * @param failure why it failed; null when it was answered
 * @param repeated whether this is the stored result of a request id that came again
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
    boolean repeated) {}
