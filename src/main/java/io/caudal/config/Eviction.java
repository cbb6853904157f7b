package io.caudal.config;

/** Whose KV makes way when its tier is full. */
public enum Eviction {
  /** The one that was used longest ago. */
  LRU,
  /** The one that was used least often since it came. */
  LFU,
  /** The one that is worth least for the room it takes, by how such sessions have come back. */
  ADAPTIVE
}
