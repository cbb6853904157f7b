package io.caudal.cli.engine;

import io.caudal.kv.KvBlock;
import io.caudal.kv.codec.BlockCodec;
import io.caudal.kv.codec.DecodedBlock;
import io.caudal.kv.codec.KvBlockFormat;
import java.util.Arrays;
import java.util.List;

/**
 * How small a codec makes blocks, and how fast, on one thread.
 *
 * @param bytesPerToken encoded, header included
 * @param encodeMegabytes of KV as the device holds it, in a second; median over the rounds
 * @param decodeMegabytes likewise
 */
record CodecSpeed(double bytesPerToken, double encodeMegabytes, double decodeMegabytes) {
  private static final int WARM_UP = 3;

  static CodecSpeed measure(
      KvBlockFormat format, BlockCodec codec, List<KvBlock> blocks, int rounds) {
    double[] encode = new double[rounds];
    double[] decode = new double[rounds];
    double raw = blocks.stream().mapToLong(block -> block.data().capacity()).sum() / 1e6;
    List<byte[]> encoded = List.of();
    for (int round = -WARM_UP; round < rounds; round++) {
      long start = System.nanoTime();
      encoded = blocks.stream().map(block -> format.encode(block, codec)).toList();
      long between = System.nanoTime();
      for (int i = 0; i < blocks.size(); i++) {
        decode(format, encoded.get(i), blocks.get(i));
      }
      if (round >= 0) {
        encode[round] = raw / ((between - start) / 1e9);
        decode[round] = raw / ((System.nanoTime() - between) / 1e9);
      }
    }
    Arrays.sort(encode);
    Arrays.sort(decode);
    double bytes = encoded.stream().mapToLong(one -> one.length).sum();
    return new CodecSpeed(
        bytes / blocks.stream().mapToInt(KvBlock::tokens).sum(),
        EngineFigures.percentile(encode, 0.5),
        EngineFigures.percentile(decode, 0.5));
  }

  /** What comes back of a block that was just encoded. */
  static KvBlock decode(KvBlockFormat format, byte[] encoded, KvBlock block) {
    DecodedBlock decoded = format.decode(encoded, block.index(), block.tokens(), block.chainHash());
    if (decoded instanceof DecodedBlock.Hit hit) {
      return hit.block();
    }
    throw new IllegalStateException("a block that was just encoded: " + decoded);
  }
}
