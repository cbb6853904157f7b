package io.caudal.analytics.health;

import java.util.Locale;

/** How well something does, best first. */
public enum Status {
  HEALTHY(0),
  /** It works, but not as it should, or could not be asked. */
  DEGRADED(1),
  /** It does not work. */
  UNHEALTHY(2);

  private final int exitCode;

  Status(int exitCode) {
    this.exitCode = exitCode;
  }

  /** What a command exits with that found this. */
  public int exitCode() {
    return exitCode;
  }

  /** The name on the wire. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  Status worse(Status other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
