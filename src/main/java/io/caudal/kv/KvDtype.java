package io.caudal.kv;

import java.util.Locale;

/** Number format of keys and values as the device computes with them. */
public enum KvDtype {
  FP32(4, 0),
  FP16(2, 1),
  BF16(2, 2);

  private final int bytes;
  private final int code;

  KvDtype(int bytes, int code) {
    this.bytes = bytes;
    this.code = code;
  }

  /** Bytes of one number. */
  public int bytes() {
    return bytes;
  }

  /** The number that stands for it in stored blocks. */
  public int code() {
    return code;
  }

  /** The name used in settings: {@code fp32}, {@code fp16}, {@code bf16}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
