package io.caudal.protocol;

import org.jspecify.annotations.Nullable;

/**
 * One record of the tokens topic: a piece of an answer as it is generated. Readers drop a piece
 * whose (request, choice, attempt, index) they have, and start over when a higher attempt begins.
 *
 * @param attempt grows each time the job restarts; a later attempt's first piece repeats all text
 *     so far
 * @param index counts the pieces of one choice and attempt from 0, without gaps
 * @param last whether this piece ends the answer; its text may be empty
 * @param choice which of several answers it is of; 0 where there is one
 */
public record TokenChunk(
    String requestId,
    @Nullable String sessionId,
    long attempt,
    int index,
    String text,
    boolean last,
    int choice) {

  /** A piece of the first answer, mostly the only one. */
  public TokenChunk(
      String requestId,
      @Nullable String sessionId,
      long attempt,
      int index,
      String text,
      boolean last) {
    this(requestId, sessionId, attempt, index, text, last, 0);
  }
}
