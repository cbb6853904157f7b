package io.caudal.engine;

/** What a forward pass is asked about what follows a position. */
public enum Wanted {
  /** Its KV is all: it lies inside a prompt. */
  NOTHING,
  /** The likeliest token, chosen on the device: logits need not leave it. */
  LIKELIEST,
  LOGITS
}
