package io.caudal.protocol;

/** Why a generation ended. */
public enum FinishReason {
  /** The model's end token or a stop text. */
  STOP,
  /** {@code max_tokens} or the end of the context. */
  LENGTH,
  /** It failed or was ended from outside; the result carries the error. */
  ERROR
}
