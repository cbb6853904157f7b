package io.caudal.protocol;

/** What an answer's text must be. */
public enum ResponseFormat {
  /** Anything. */
  TEXT,
  /** One JSON object; cut short where tokens run out before it closes. */
  JSON_OBJECT
}
