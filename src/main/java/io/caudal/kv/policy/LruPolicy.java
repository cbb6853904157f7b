package io.caudal.kv.policy;

/** Whoever was used longest ago makes way. */
final class LruPolicy<E extends KvEntry> extends BookedPolicy<E> {

  LruPolicy(long ttlMillis) {
    super(ttlMillis);
  }

  @Override
  void enlist(E entry) {}

  @Override
  void delist(E entry) {}

  @Override
  void note(E entry, Use use, long nowMillis) {}

  @Override
  E lowest(long nowMillis) {
    return oldest();
  }
}
