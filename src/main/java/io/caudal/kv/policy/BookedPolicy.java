package io.caudal.kv.policy;

import java.util.Comparator;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The books that every policy keeps: uses, pins, the time to live, and who may be a victim at all
 * (something of it is here and nobody pins it). A subclass ranks the candidates.
 */
abstract class BookedPolicy<E extends KvEntry> implements EvictionPolicy<E> {
  static final Comparator<KvEntry> BY_AGE =
      Comparator.<KvEntry>comparingLong(e -> e.lastUsed).thenComparingLong(e -> e.id);

  private final long ttlMillis;
  private final NavigableSet<E> byAge = new TreeSet<>(BY_AGE);

  BookedPolicy(long ttlMillis) {
    if (ttlMillis <= 0) {
      throw new IllegalArgumentException("a time to live of " + ttlMillis + " ms");
    }
    this.ttlMillis = ttlMillis;
  }

  /** Takes the entry into the order of victims. */
  abstract void enlist(E entry);

  /** Takes it out of that order. Its fields are as they were when it was enlisted. */
  abstract void delist(E entry);

  /** Called between {@link #delist} and {@link #enlist} when the entry is used. */
  abstract void note(E entry, Use use, long nowMillis);

  /** The first in the order of victims. */
  abstract @Nullable E lowest(long nowMillis);

  @Override
  public final void used(E entry, Use use, long nowMillis) {
    boolean candidate = entry.candidate;
    if (candidate) {
      remove(entry);
    }
    if (entry.uses > 0) {
      long gap = Math.max(0, nowMillis - entry.lastUsed);
      entry.gapMillis = entry.gapMillis < 0 ? gap : (entry.gapMillis + gap) / 2;
    }
    entry.uses++;
    entry.usesHere++;
    note(entry, use, nowMillis);
    entry.lastUsed = nowMillis;
    if (candidate) {
      add(entry);
    }
  }

  @Override
  public final void resized(E entry, long tokens) {
    if (tokens < 0) {
      throw new IllegalArgumentException("an entry of " + tokens + " tokens");
    }
    entry.tokens = tokens;
    settle(entry);
    if (tokens == 0) {
      entry.usesHere = 0;
    }
  }

  @Override
  public final void pin(E entry) {
    entry.pins++;
    settle(entry);
  }

  @Override
  public final void unpin(E entry) {
    if (entry.pins == 0) {
      throw new IllegalStateException("unpinned an entry that is not pinned");
    }
    entry.pins--;
    settle(entry);
  }

  @Override
  public void split(E head, E tail) {
    head.uses = tail.uses;
    head.usesHere = tail.usesHere;
    head.lastUsed = tail.lastUsed;
    head.gapMillis = tail.gapMillis;
  }

  @Override
  public void forget(E entry) {
    if (entry.candidate) {
      remove(entry);
    }
    entry.tokens = 0;
    entry.pins = 0;
    entry.uses = 0;
    entry.usesHere = 0;
    entry.gapMillis = -1;
  }

  @Override
  public final @Nullable E victim(long nowMillis) {
    if (byAge.isEmpty()) {
      return null;
    }
    E oldest = byAge.first();
    return nowMillis - oldest.lastUsed >= ttlMillis ? oldest : lowest(nowMillis);
  }

  /** The candidate that was used longest ago; there is one. */
  final E oldest() {
    return byAge.first();
  }

  private void settle(E entry) {
    boolean candidate = entry.tokens > 0 && entry.pins == 0;
    if (candidate && !entry.candidate) {
      add(entry);
    } else if (!candidate && entry.candidate) {
      remove(entry);
    }
  }

  private void add(E entry) {
    entry.candidate = true;
    byAge.add(entry);
    enlist(entry);
  }

  private void remove(E entry) {
    entry.candidate = false;
    byAge.remove(entry);
    delist(entry);
  }
}
