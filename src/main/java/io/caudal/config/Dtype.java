package io.caudal.config;

/** Number format that the model computes with. */
public enum Dtype {
  /** bf16 where the device computes it fast, else {@link #FP16}. */
  AUTO,
  FP32,
  BF16,
  /** On a CPU for weights of linear layers only, and fp32 for everything else. */
  FP16,
  /** Weights of linear layers in int8, everything else as {@link #AUTO}; on a CPU with VNNI. */
  INT8
}
