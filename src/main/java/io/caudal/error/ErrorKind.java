package io.caudal.error;

/** Who has to act on an error. */
public enum ErrorKind {
  /** The request or the setting is wrong; sending the same again fails again. */
  CALLER,
  /** A declared limit was reached; the same request may succeed later or with a larger limit. */
  LIMIT,
  /** The request was ended on purpose: cancelled, expired, or its session was ended. */
  ENDED,
  /** Caudal, its model or its surroundings failed. */
  SYSTEM
}
