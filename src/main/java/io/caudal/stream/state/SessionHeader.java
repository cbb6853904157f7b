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
 * @param kvBytes of all KV blocks in state
 * @param kvTailBytes of these, of a last block that isn't full
 * @param tenant whose session it is, as its last request said; empty if nobody has said
 * @param pinned whether its KV leaves faster tiers after all others
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
    List<String> recent,
    long kvBytes,
    int kvTailBytes,
    String tenant,
    boolean pinned) {

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
      @Nullable List<String> recent,
      long kvBytes,
      int kvTailBytes,
      @Nullable String tenant,
      boolean pinned) {
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
    this.kvBytes = kvBytes;
    this.kvTailBytes = kvTailBytes;
    this.tenant = tenant == null ? "" : tenant;
    this.pinned = pinned;
  }

  /** A session of which nothing is remembered yet. */
  public static SessionHeader fresh(long nowMillis) {
    return new SessionHeader(0, 0, 0, 0, 0, 0, nowMillis, nowMillis, 0, List.of(), 0, 0, "", false);
  }

  public StoredKv kv() {
    return new StoredKv(kvFrom, kvTokens, kvBlockTokens, kvBytes, kvTailBytes);
  }

  /** The session after another answered turn. */
  public SessionHeader afterTurn(int tokens, StoredKv kv, long vocabulary, String tenant) {
    return with(
        tokens, kv, vocabulary, turns + 1, lastUsedMillis, timerMillis, recent, tenant, pinned);
  }

  /** The session with other KV in state. */
  public SessionHeader withKv(StoredKv kv) {
    return with(tokens, kv, vocabulary, turns, lastUsedMillis, timerMillis, recent, tenant, pinned);
  }

  /** The session with its expiry looked at next at {@code millis}. */
  public SessionHeader withTimer(long millis) {
    return with(tokens, kv(), vocabulary, turns, lastUsedMillis, millis, recent, tenant, pinned);
  }

  public SessionHeader withPinned(boolean pin) {
    return with(tokens, kv(), vocabulary, turns, lastUsedMillis, timerMillis, recent, tenant, pin);
  }

  /** The session as it was elsewhere after so many turns. */
  public SessionHeader imported(int turns, long createdMillis) {
    return new SessionHeader(
        tokens,
        kvFrom,
        kvTokens,
        kvBlockTokens,
        vocabulary,
        turns,
        createdMillis,
        lastUsedMillis,
        timerMillis,
        recent,
        kvBytes,
        kvTailBytes,
        tenant,
        pinned);
  }

  /** The session used now, by a request whose result is kept. */
  SessionHeader used(long nowMillis, String requestId) {
    List<String> ids = new ArrayList<>(recent);
    ids.remove(requestId);
    ids.add(requestId);
    return with(tokens, kv(), vocabulary, turns, nowMillis, timerMillis, ids, tenant, pinned);
  }

  SessionHeader withoutOldest() {
    List<String> ids = recent.subList(1, recent.size());
    return with(tokens, kv(), vocabulary, turns, lastUsedMillis, timerMillis, ids, tenant, pinned);
  }

  private SessionHeader with(
      int tokens,
      StoredKv kv,
      long vocabulary,
      int turns,
      long lastUsed,
      long timer,
      List<String> ids,
      String tenant,
      boolean pinned) {
    return new SessionHeader(
        tokens,
        kv.from(),
        kv.tokens(),
        kv.blockTokens(),
        vocabulary,
        turns,
        createdMillis,
        lastUsed,
        timer,
        ids,
        kv.bytes(),
        kv.tailBytes(),
        tenant,
        pinned);
  }
}
