package io.caudal.engine.torch;

import io.caudal.engine.model.WeightDtype;
import io.caudal.kv.KvDtype;

/** Number formats under PyTorch's own numbers for them, which TorchScript source takes. */
enum TorchDtype {
  FP32(6, KvDtype.FP32),
  FP16(5, KvDtype.FP16),
  BF16(15, KvDtype.BF16);

  private final int code;
  private final KvDtype kv;

  TorchDtype(int code, KvDtype kv) {
    this.code = code;
    this.kv = kv;
  }

  /** PyTorch's {@code ScalarType}. */
  int code() {
    return code;
  }

  KvDtype kv() {
    return kv;
  }

  static TorchDtype of(WeightDtype dtype) {
    return switch (dtype) {
      case F32 -> FP32;
      case F16 -> FP16;
      case BF16 -> BF16;
    };
  }
}
