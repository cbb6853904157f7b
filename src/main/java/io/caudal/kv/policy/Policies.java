package io.caudal.kv.policy;

import io.caudal.config.Eviction;

/** The policy of a name. */
public final class Policies {
  private Policies() {}

  /**
   * @param ttlMillis idle time after which an entry goes before all others; {@link Long#MAX_VALUE}
   *     for never
   */
  public static <E extends KvEntry> EvictionPolicy<E> of(Eviction name, long ttlMillis) {
    return switch (name) {
      case LRU -> new LruPolicy<>(ttlMillis);
      case LFU -> new LfuPolicy<>(ttlMillis);
      case ADAPTIVE -> new AdaptivePolicy<>(ttlMillis);
    };
  }
}
