package io.caudal.config;

/** What the adaptive controller may do. */
public enum AdaptiveMode {
  /** Nothing. */
  OFF,
  /** Say what it would change. */
  ADVISE,
  /** Change it. */
  ON
}
