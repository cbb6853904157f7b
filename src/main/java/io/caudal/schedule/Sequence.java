package io.caudal.schedule;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request's token run inside the engine. Owned by the thread that steps the engine; only {@link
 * #tokens()} may be read by others.
 */
public final class Sequence {
  private final String requestId;
  private final @Nullable String sessionId;
  private final TokenLog tokens;
  private final int priority;
  private final String tenant;
  private final long deadlineMillis;
  private final long order;
  private int computed;
  private int islandFrom;
  private int islandTo;
  private int slot = -1;
  private int chargedTokens;

  /**
   * @param order grows with each submission; decides between equals
   * @param deadlineMillis epoch milliseconds; {@link Long#MAX_VALUE} for none
   */
  public Sequence(
      String requestId,
      @Nullable String sessionId,
      TokenLog tokens,
      int priority,
      String tenant,
      long deadlineMillis,
      long order) {
    this.requestId = Objects.requireNonNull(requestId);
    this.sessionId = sessionId;
    this.tokens = tokens;
    this.priority = priority;
    this.tenant = tenant;
    this.deadlineMillis = deadlineMillis;
    this.order = order;
  }

  public String requestId() {
    return requestId;
  }

  public @Nullable String sessionId() {
    return sessionId;
  }

  public TokenLog tokens() {
    return tokens;
  }

  public int priority() {
    return priority;
  }

  public String tenant() {
    return tenant;
  }

  public long deadlineMillis() {
    return deadlineMillis;
  }

  public long order() {
    return order;
  }

  /** Tokens whose KV the slot holds, from the first on without a gap. */
  public int computed() {
    return computed;
  }

  /** The slot holds KV of the first {@code computed} tokens and no more. */
  public void setComputed(int computed) {
    this.computed = computed;
    this.islandFrom = 0;
    this.islandTo = 0;
  }

  /** The slot also holds KV of tokens {@code [from, to)}, further on. */
  public void setIsland(int from, int to) {
    this.islandFrom = from;
    this.islandTo = to;
  }

  /** The next {@code tokens} pending tokens have KV now. */
  public void advance(int tokens) {
    computed += tokens;
    if (computed == islandFrom && islandTo > islandFrom) {
      // The last token is computed even if its KV is there: its logits are wanted.
      computed = Math.max(computed, Math.min(islandTo, this.tokens.size() - 1));
      islandTo = islandFrom;
    }
  }

  /**
   * Tokens that are known and have no KV, up to the next that has: the rest of the prompt, or the
   * last one sampled.
   */
  public int pending() {
    return (islandAhead() ? islandFrom : tokens.size()) - computed;
  }

  /** All tokens that are known and have no KV. */
  public int uncomputed() {
    return tokens.size() - computed - (islandAhead() ? islandTo - islandFrom : 0);
  }

  private boolean islandAhead() {
    return islandTo > islandFrom && islandFrom > computed;
  }

  /** The runner's slot; -1 while it has none. */
  public int slot() {
    return slot;
  }

  public void setSlot(int slot) {
    this.slot = slot;
  }

  /** Tokens that its tenant has been charged for, prompt and generated; 0 before it first runs. */
  int chargedTokens() {
    return chargedTokens;
  }

  /** Whether it has ever run here; it may wait again. */
  boolean wasBegun() {
    return chargedTokens > 0;
  }

  void setChargedTokens(int tokens) {
    chargedTokens = tokens;
  }
}
