package io.caudal.kv.codec;

import io.caudal.config.KvCodec;
import io.caudal.config.KvCompression;
import io.caudal.kv.KvBlock;
import io.caudal.kv.KvDtype;
import io.caudal.kv.KvShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Version 2 of the stored KV block: a {@link BlockHeader}, then the numbers as the header's codec
 * and compression say. Immutable and safe for use by any thread.
 *
 * <pre>
 * codec 0  the numbers as they are, [layers, 2, kvHeads, tokens, headDim]
 *       1  the same in bf16; only of fp32
 *       2  in 8 bits, see GroupQuantizer
 *       3  in 4 bits, see GroupQuantizer
 * compression 0  none
 *             1  Zstandard, one frame, over the above; of codec 0 and 1 with the numbers' bytes
 *                transposed: all first bytes, then all second, ...
 * </pre>
 *
 * <p>A block that a codec can't hold (a number that is not finite) is stored as codec 0, one that
 * compression doesn't make smaller as compression 0.
 */
final class KvBlockCodecV2 {
  static final int VERSION = 2;
  private static final KvCodec[] CODECS = {KvCodec.NONE, KvCodec.HALF, KvCodec.INT8, KvCodec.INT4};

  private final KvShape shape;
  private final BlockHeader header;
  private final Map<KvCodec, GroupQuantizer> quantizers;

  KvBlockCodecV2(KvShape shape, long fingerprint) {
    this.shape = shape;
    this.header = new BlockHeader(shape, fingerprint);
    this.quantizers =
        Map.of(
            KvCodec.INT8, new GroupQuantizer(shape, 8), KvCodec.INT4, new GroupQuantizer(shape, 4));
  }

  /** The block as bytes that outlive the process. The block's data is not consumed. */
  byte[] encode(KvBlock block, BlockCodec codec) {
    KvCodec numbers = codec.numbers();
    byte[] bytes =
        switch (numbers) {
          case NONE -> null;
          case HALF -> shape.dtype() == KvDtype.FP32 ? halves(block) : null;
          case INT8, INT4 -> quantized(block, numbers);
        };
    if (bytes == null) {
      numbers = KvCodec.NONE;
      bytes = KvBlockCodecV1.rawAfterHeader(block, shape);
    }
    int compression = 0;
    if (codec.compression() == KvCompression.ZSTD) {
      byte[] packed = Zstandard.compress(bytes, BlockHeader.BYTES, width(numbers));
      if (packed != null) {
        bytes = new byte[BlockHeader.BYTES + packed.length];
        System.arraycopy(packed, 0, bytes, BlockHeader.BYTES, packed.length);
        compression = 1;
      }
    }
    header.seal(bytes, VERSION, Arrays.asList(CODECS).indexOf(numbers), compression, block);
    return bytes;
  }

  /** As {@link KvBlockFormat#decode}. */
  DecodedBlock decode(byte[] bytes, int index, int tokens, long chainHash) {
    BlockMiss problem = header.problem(bytes, VERSION, index, tokens, chainHash);
    if (problem != null) {
      return new DecodedBlock.Miss(problem);
    }
    KvCodec numbers = numbers(bytes);
    byte[] raw = numbers == null ? null : raw(bytes, numbers, tokens);
    return raw == null
        ? new DecodedBlock.Miss(BlockMiss.DAMAGED)
        : new DecodedBlock.Hit(
            new KvBlock(
                index, tokens, chainHash, ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN)));
  }

  /** The codec that a header names; null if there is none of that number. */
  @Nullable KvCodec numbers(byte[] bytes) {
    int code = BlockHeader.codec(bytes);
    boolean known = code >= 0 && code < CODECS.length;
    return known && (CODECS[code] != KvCodec.HALF || shape.dtype() == KvDtype.FP32)
        ? CODECS[code]
        : null;
  }

  private byte @Nullable [] raw(byte[] bytes, KvCodec numbers, int tokens) {
    byte[] payload = payload(bytes, numbers, payloadBytes(numbers, tokens));
    if (payload == null || numbers == KvCodec.NONE) {
      return payload;
    }
    ByteBuffer in = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    byte[] raw = new byte[tokens * shape.bytesPerToken()];
    ByteBuffer out = ByteBuffer.wrap(raw);
    if (numbers == KvCodec.HALF) {
      convert(in, KvDtype.BF16, out, KvDtype.FP32, raw.length / 4);
      return raw;
    }
    return quantizer(numbers).decode(in, tokens, out) ? raw : null;
  }

  /** The payload as it was before compression, if it has the length that it must have. */
  private byte @Nullable [] payload(byte[] bytes, KvCodec numbers, int length) {
    return switch (BlockHeader.compression(bytes)) {
      case 0 ->
          bytes.length - BlockHeader.BYTES == length
              ? Arrays.copyOfRange(bytes, BlockHeader.BYTES, bytes.length)
              : null;
      case 1 -> Zstandard.decompress(bytes, BlockHeader.BYTES, length, width(numbers));
      default -> null;
    };
  }

  private int payloadBytes(KvCodec numbers, int tokens) {
    int raw = tokens * shape.bytesPerToken();
    return switch (numbers) {
      case NONE -> raw;
      case HALF -> raw / 2;
      case INT8, INT4 -> quantizer(numbers).payloadBytes(tokens);
    };
  }

  /** Bytes that belong together in a payload. */
  private int width(KvCodec numbers) {
    return switch (numbers) {
      case NONE -> shape.dtype().bytes();
      case HALF -> 2;
      case INT8, INT4 -> 1;
    };
  }

  private byte[] halves(KvBlock block) {
    byte[] bytes = new byte[BlockHeader.BYTES + payloadBytes(KvCodec.HALF, block.tokens())];
    ByteBuffer out = ByteBuffer.wrap(bytes, BlockHeader.BYTES, bytes.length - BlockHeader.BYTES);
    int count = block.tokens() * shape.bytesPerToken() / 4;
    convert(block.data(), KvDtype.FP32, out.slice(), KvDtype.BF16, count);
    return bytes;
  }

  private byte @Nullable [] quantized(KvBlock block, KvCodec numbers) {
    byte[] bytes = new byte[BlockHeader.BYTES + payloadBytes(numbers, block.tokens())];
    ByteBuffer out = ByteBuffer.wrap(bytes, BlockHeader.BYTES, bytes.length - BlockHeader.BYTES);
    return quantizer(numbers).encode(block.data(), block.tokens(), out.slice()) ? bytes : null;
  }

  private GroupQuantizer quantizer(KvCodec numbers) {
    GroupQuantizer quantizer = quantizers.get(numbers);
    if (quantizer == null) {
      throw new IllegalStateException(numbers + " does not quantize");
    }
    return quantizer;
  }

  private static void convert(
      ByteBuffer from, KvDtype fromDtype, ByteBuffer to, KvDtype toDtype, int count) {
    Numbers in = new Numbers(from, fromDtype);
    Numbers out = new Numbers(to, toDtype);
    float[] some = new float[Math.min(count, 4096)];
    for (int at = 0; at < count; at += some.length) {
      int n = Math.min(some.length, count - at);
      in.read(at, some, n);
      out.write(at, some, n);
    }
  }
}
