package io.caudal.config;

/** What the results topic promises. */
public enum Delivery {
  /** Kafka transactions: results become visible when the checkpoint that holds them commits. */
  EXACTLY_ONCE,
  /** Visible at once; a crash may send a result again. */
  AT_LEAST_ONCE
}
