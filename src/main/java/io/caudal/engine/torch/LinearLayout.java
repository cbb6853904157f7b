package io.caudal.engine.torch;

/** How the decoder holds the weights of its linear layers, and who multiplies them. */
enum LinearLayout {
  /** As the checkpoint does; PyTorch's own product. */
  PLAIN(0),
  /** As oneDNN likes them. */
  PACKED(1),
  /** In int8, a scale for each row; activations in 8 bits with one scale a step. */
  INT8(2);

  private final int code;

  LinearLayout(int code) {
    this.code = code;
  }

  /** The decoder's number for it. */
  int code() {
    return code;
  }
}
