package io.caudal.protocol;

import org.jspecify.annotations.Nullable;

/**
 * One record of the tokens topic: a piece of an answer as it is generated. Readers drop a piece
 * whose (request, attempt, index) they have, and start over when a higher attempt begins.
 *
 * @param attempt grows each time the job restarts; a later attempt's first piece repeats all text
 *     so far
 * @param index counts the pieces of one attempt from 0, without gaps
 * @param last whether this piece ends the answer; its text may be empty
 */
public record TokenChunk(
    String requestId,
    @Nullable String sessionId,
    long attempt,
    int index,
    String text,
    boolean last) {}
