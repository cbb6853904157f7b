package io.caudal.protocol;

import java.util.List;

/**
 * A generated token's log probability, and those of the likeliest tokens in its place.
 *
 * @param token the one that was generated
 * @param top the likeliest first, whether the generated one is among them or not; empty if not
 *     asked for
 */
public record TokenLogprobs(Logprob token, List<Logprob> top) {}
