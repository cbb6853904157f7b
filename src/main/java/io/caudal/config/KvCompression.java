package io.caudal.config;

/** What makes a stored KV block smaller without changing it. */
public enum KvCompression {
  NONE,
  ZSTD
}
