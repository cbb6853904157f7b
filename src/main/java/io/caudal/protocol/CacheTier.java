package io.caudal.protocol;

import java.util.Locale;

/** Where KV lies that can be computed again: one tier, or all of them. */
public enum CacheTier {
  ALL,
  DEVICE,
  HOST,
  STATE;

  /** Whether this is the other one, or all. */
  public boolean includes(CacheTier other) {
    return this == ALL || this == other;
  }

  /** The name on the wire. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
