package io.caudal.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One of several answers to a request.
 *
 * @param index counts the answers from 0
 * @param logprobs of its tokens, as in {@link Result}; null if not asked for
 */
public record Choice(
    int index, String text, FinishReason finishReason, @Nullable List<TokenLogprobs> logprobs) {}
