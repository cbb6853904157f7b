package io.caudal.kv;

import java.util.Locale;

/** Number format of keys and values as the device computes with them. */
public enum KvDtype {
  FP32(4),
  FP16(2),
  BF16(2);

  private final int bytes;

  KvDtype(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one number. */
  public int bytes() {
    return bytes;
  }

  /** The name used in settings: {@code fp32}, {@code fp16}, {@code bf16}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
