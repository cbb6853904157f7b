package io.caudal.stream.state;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a session without reading its tokens or KV. Immutable.
 *
 * @param tokens tokens remembered
 * @param kvFrom the first of these whose KV is in state; those before are a beginning that others
 *     share, and computed again if nobody has it
 * @param kvTokens the tokens up to the last whose KV is in state
 * @param kvBlockTokens tokens of a KV block when they were written
 * @param vocabulary fingerprint of the tokenizer whose ids the tokens are
 * @param turns requests answered
 * @param createdMillis epoch milliseconds
 * @param lastUsedMillis epoch milliseconds
 * @param timerMillis when the session's expiry is looked at next, epoch milliseconds; 0 for never
 * @param recent ids of the requests whose results are kept, oldest first
 */
public record SessionHeader(
    int tokens,
    int kvFrom,
    int kvTokens,
    int kvBlockTokens,
    long vocabulary,
    int turns,
    long createdMillis,
    long lastUsedMillis,
    long timerMillis,
    List<String> recent) {

  public SessionHeader(
      int tokens,
      int kvFrom,
      int kvTokens,
      int kvBlockTokens,
      long vocabulary,
      int turns,
      long createdMillis,
      long lastUsedMillis,
      long timerMillis,
      @Nullable List<String> recent) {
    this.tokens = tokens;
    this.kvFrom = kvFrom;
    this.kvTokens = kvTokens;
    this.kvBlockTokens = kvBlockTokens;
    this.vocabulary = vocabulary;
    this.turns = turns;
    this.createdMillis = createdMillis;
    this.lastUsedMillis = lastUsedMillis;
    this.timerMillis = timerMillis;
    this.recent = recent == null ? List.of() : List.copyOf(recent);
  }

  /** A session of which nothing is remembered yet. */
  public static SessionHeader fresh(long nowMillis) {
    return new SessionHeader(0, 0, 0, 0, 0, 0, nowMillis, nowMillis, 0, List.of());
  }

  /** The session after another answered turn. */
  public SessionHeader afterTurn(
      int tokens, int kvFrom, int kvTokens, int kvBlockTokens, long vocabulary) {
    return new SessionHeader(
        tokens,
        kvFrom,
        kvTokens,
        kvBlockTokens,
        vocabulary,
        turns + 1,
        createdMillis,
        lastUsedMillis,
        timerMillis,
        recent);
  }

  /** The session with its expiry looked at next at {@code millis}. */
  public SessionHeader withTimer(long millis) {
    return new SessionHeader(
        tokens,
        kvFrom,
        kvTokens,
        kvBlockTokens,
        vocabulary,
        turns,
        createdMillis,
        lastUsedMillis,
        millis,
        recent);
  }

  /** The session used now, by a request whose result is kept. */
  SessionHeader used(long nowMillis, String requestId) {
    List<String> ids = new ArrayList<>(recent);
    ids.add(requestId);
    return withRecent(nowMillis, ids);
  }

  SessionHeader withoutOldest() {
    return withRecent(lastUsedMillis, recent.subList(1, recent.size()));
  }

  private SessionHeader withRecent(long lastUsed, List<String> ids) {
    return new SessionHeader(
        tokens,
        kvFrom,
        kvTokens,
        kvBlockTokens,
        vocabulary,
        turns,
        createdMillis,
        lastUsed,
        timerMillis,
        ids);
  }
}
