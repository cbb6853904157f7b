package io.caudal.stream.inference;

import io.caudal.protocol.Request;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way through the operator, with what {@link InferenceFunction} has to know again
 * when it ends.
 *
 * @param key Flink's key: the session id, or a hash of the content
 * @param context the session's history, then the new turn's prompt
 * @param historyTokens of these, the tokens that the session remembers already
 * @param continuedTokens tokens that an earlier attempt generated
 * @param storedTokens tokens up to the last whose KV was in state and of use; 0 for none
 * @param persists whether the KV that it adds is to be written to state
 * @param residentTokens tokens whose KV was on the device when its work began
 * @param restoredTokens tokens whose KV was read from state for it
 * @param idleMillis how long the session had been idle; negative for its first turn
 * @param startMillis epoch milliseconds when its work began
 * @param restoreNanos time spent on reading and decoding KV
 */
record Turn(
    String key,
    Request request,
    int[] context,
    int historyTokens,
    int continuedTokens,
    int storedTokens,
    boolean persists,
    int residentTokens,
    int restoredTokens,
    long idleMillis,
    long startMillis,
    long restoreNanos) {

  /** Null for a request without memory. */
  @Nullable String session() {
    return request.sessionId();
  }
}
