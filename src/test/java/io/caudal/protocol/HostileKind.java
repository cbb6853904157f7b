package io.caudal.protocol;

/** Kinds of trouble that a client can make. */
public enum HostileKind {
  /** Cut, spliced and bit-flipped JSON. */
  BROKEN_JSON,
  DEEP_NESTING,
  HUGE_NUMBER,
  CONTROL_CHARACTERS,
  LONE_SURROGATE,
  NOT_UTF8,
  NO_VALUE,
  WRONG_TYPE,
  UNKNOWN_FIELD,
  /** A field twice in one object. */
  DOUBLED_FIELD,
  /** A request id that came before, in the same session. */
  DUPLICATE,
  NEGATIVE_PARAMETER,
  NAN_PARAMETER,
  /** A value at the end of its range, in or out. */
  BORDER,
  EMPTY_PROMPT,
  /** Longer than any context, shorter than the largest record. */
  ENORMOUS_PROMPT,
  /** Over the largest record. */
  TOO_LARGE,
  /** Ids that the vocabulary has not, and texts that look like the template's own tokens. */
  FOREIGN_TOKENS,
  BAD_KEY
}
