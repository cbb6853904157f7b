package io.caudal.kv.codec;

import io.caudal.config.KvCodec;
import io.caudal.config.KvCompression;
import io.caudal.kv.KvBlock;
import io.caudal.kv.KvShape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Blocks of numbers like a model's: channels with means of their own, a few of them large. */
final class Blocks {
  static final long MODEL = 0x1122334455667788L;
  static final long CHAIN = 0x99aabbccddeeff00L;

  private Blocks() {}

  static List<BlockCodec> codecs() {
    List<BlockCodec> all = new ArrayList<>();
    for (KvCodec numbers : KvCodec.values()) {
      for (KvCompression compression : KvCompression.values()) {
        all.add(new BlockCodec(numbers, compression));
      }
    }
    return all;
  }

  static KvBlock random(KvShape shape, int index, int tokens, float size, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] numbers = new float[count(shape, tokens)];
    int at = 0;
    for (int plane = 0; plane < shape.layers() * 2 * shape.kvHeads(); plane++) {
      double[] means = random.doubles(shape.headDim(), -4, 4).toArray();
      for (int t = 0; t < tokens; t++) {
        for (int c = 0; c < shape.headDim(); c++) {
          double spread = random.nextDouble() + random.nextDouble() - 1;
          numbers[at++] = (float) (size * (means[c] * means[c] * means[c] / 8 + spread));
        }
      }
    }
    return of(shape, index, tokens, numbers);
  }

  static KvBlock of(KvShape shape, int index, int tokens, float... numbers) {
    ByteBuffer data = ByteBuffer.allocate(tokens * shape.bytesPerToken());
    new Numbers(data, shape.dtype()).write(0, numbers, numbers.length);
    return new KvBlock(index, tokens, CHAIN, data);
  }

  static float[] numbers(KvBlock block, KvShape shape) {
    float[] numbers = new float[count(shape, block.tokens())];
    new Numbers(block.data(), shape.dtype()).read(0, numbers, numbers.length);
    return numbers;
  }

  static KvBlock decoded(KvBlockFormat format, byte[] bytes, KvBlock like) {
    DecodedBlock decoded = format.decode(bytes, like.index(), like.tokens(), like.chainHash());
    if (decoded instanceof DecodedBlock.Hit hit) {
      return hit.block();
    }
    throw new AssertionError(decoded.toString());
  }

  private static int count(KvShape shape, int tokens) {
    return tokens * shape.bytesPerToken() / shape.dtype().bytes();
  }
}
