package io.caudal.config;

/** Number format that the model computes with. */
public enum Dtype {
  /** bf16 where the device computes it fast, else fp32. */
  AUTO,
  FP32,
  BF16,
  FP16,
  /** Weights of linear layers in int8, everything else as {@link #AUTO}; on a CPU with VNNI. */
  INT8
}
