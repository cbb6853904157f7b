package io.caudal.kv.policy;

import java.util.Comparator;
import java.util.NavigableSet;
import java.util.TreeSet;

/** Whoever was used least often since it came makes way; of two alike, the older one. */
final class LfuPolicy<E extends KvEntry> extends BookedPolicy<E> {
  private final NavigableSet<E> byUses =
      new TreeSet<>(Comparator.<KvEntry>comparingInt(e -> e.usesHere).thenComparing(BY_AGE));

  LfuPolicy(long ttlMillis) {
    super(ttlMillis);
  }

  @Override
  void enlist(E entry) {
    byUses.add(entry);
  }

  @Override
  void delist(E entry) {
    byUses.remove(entry);
  }

  @Override
  void note(E entry, Use use, long nowMillis) {}

  @Override
  E lowest(long nowMillis) {
    return byUses.first();
  }
}
