package io.caudal.engine.model;

/** Number formats of weights in a file that we read; all little-endian. */
public enum WeightDtype {
  F32(4),
  F16(2),
  BF16(2);

  private final int bytes;

  WeightDtype(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one number. */
  public int bytes() {
    return bytes;
  }
}
