package io.caudal.config;

/** Which sessions' KV is written to state; their tokens always are. */
public enum KvPersist {
  ALWAYS,
  /** While reading it back is expected to be faster than computing it again. */
  ADAPTIVE,
  NEVER
}
