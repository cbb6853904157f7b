package io.caudal.engine;

/** What a forward pass is asked about what follows a position. */
public sealed interface Wanted permits Draw, Wanted.Plain {
  /** Its KV is all: it lies inside a prompt. */
  Wanted NOTHING = Plain.NOTHING;

  /** The likeliest token, the lowest id of equals. */
  Wanted LIKELIEST = Plain.LIKELIEST;

  /** All logits, for who chooses outside the device. */
  Wanted LOGITS = Plain.LOGITS;

  /** Those that need no parameters. */
  enum Plain implements Wanted {
    NOTHING,
    LIKELIEST,
    LOGITS
  }
}
