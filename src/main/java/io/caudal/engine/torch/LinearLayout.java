package io.caudal.engine.torch;

/** How the decoder holds the weights of its linear layers, and who multiplies them. */
enum LinearLayout {
  /** As the checkpoint does; PyTorch's own product. */
  PLAIN(0, 0),
  /** As oneDNN likes them. */
  PACKED(1, 0),
  /** A second time in fp16, as FBGEMM packs them, for steps of few tokens. */
  PACKED_TWICE(1, 4),
  /** In int8, a scale for each row; activations in 8 bits with one scale a step. */
  INT8(2, 96),
  /** In fp16, as FBGEMM packs them; activations in fp32. */
  FP16(3, Integer.MAX_VALUE);

  private final int code;
  private final int fbgemmRows;

  LinearLayout(int code, int fbgemmRows) {
    this.code = code;
    this.fbgemmRows = fbgemmRows;
  }

  /** The decoder's number for it. */
  int code() {
    return code;
  }

  /**
   * Up to so many rows FBGEMM multiplies: it is bound by reading the weights, others by computing.
   */
  int fbgemmRows() {
    return fbgemmRows;
  }
}
