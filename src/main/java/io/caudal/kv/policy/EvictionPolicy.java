package io.caudal.kv.policy;

import org.jspecify.annotations.Nullable;

/**
 * Ranks the entries of one tier by who makes way next. The owner of the tier tells it what happens
 * and asks for a victim when it needs room; it then takes tokens off the victim's tail, as many as
 * it needs or all, and says so with {@link #resized}. The same victim comes again until it is gone,
 * used or pinned, so that sessions go whole, tail first.
 *
 * <p>An entry that others build on (a shared prefix) is pinned once by each of them while it is
 * there: what comes before goes after.
 *
 * <p>The policy may go on learning about entries that have no tokens here: the owner decides how
 * long it remembers them, and ends it with {@link #forget}.
 *
 * <p>Each call costs O(log n) of the entries, amortised. Deterministic: the same calls give the
 * same victims. Not thread-safe. Times are those of one clock that never goes back.
 *
 * @param <E> what the owner evicts
 */
public interface EvictionPolicy<E extends KvEntry> {

  /** A request has used the entry: it came, was found again or has grown. */
  void used(E entry, Use use, long nowMillis);

  /** The entry now takes {@code tokens} of this tier; 0 if nothing of it is here. */
  void resized(E entry, long tokens);

  /** The entry is no victim until it is unpinned as often as it was pinned. */
  void pin(E entry);

  void unpin(E entry);

  /**
   * {@code head}, which is new, takes over the first part of {@code tail}, its history included.
   * Neither changes its tokens by that: the owner says {@link #resized} for both.
   */
  void split(E head, E tail);

  /** The entry has ended; nothing about it is kept. */
  void forget(E entry);

  /** Who makes way next; null if all that is here is pinned. An entry past its TTL comes first. */
  @Nullable E victim(long nowMillis);
}
