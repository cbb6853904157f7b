package io.caudal.protocol;

/** Who speaks in a {@link Message}. */
public enum Role {
  SYSTEM,
  USER,
  ASSISTANT,
  TOOL
}
