package io.caudal.kv;

/**
 * What one token's keys and values are: {@code [layers, 2, kvHeads, headDim]} numbers of {@code
 * dtype}.
 */
public record KvShape(int layers, int kvHeads, int headDim, KvDtype dtype) {

  /** Bytes of one token's keys and values over all layers. */
  public int bytesPerToken() {
    return layers * 2 * kvHeads * headDim * dtype.bytes();
  }

  /**
   * Token positions per block: the largest power of two whose block stays within {@code
   * targetBytes}, but between 16 and 256. RocksDB through Flink's state is fastest with values of
   * 256 KiB to 1 MiB.
   */
  public int blockTokens(long targetBytes) {
    long fit = Math.max(1, targetBytes / bytesPerToken());
    return (int) Math.min(256, Math.max(16, Long.highestOneBit(fit)));
  }
}
