package io.caudal.kv.codec;

import io.caudal.kv.KvShape;
import java.nio.ByteBuffer;

/**
 * Numbers in 8 or 4 bits: groups of 32 share a least value and a scale. Keys are grouped along the
 * tokens of a channel, because a few channels hold all large keys; values along the channels of a
 * token (KIVI: Liu et al., ICML 2024, section 3). We differ in the bits, 8 and 4 where they take 2,
 * in bf16 parameters, and in that heads narrower than a group share one.
 *
 * <p>A number {@code x} becomes the nearest {@code q = (x - least) / scale}. The least value is
 * rounded down and the scale up to bf16 before that, so no {@code q} is cut off and none is further
 * from its number than half a scale.
 *
 * <pre>
 * payload: parameters, then codes
 *   parameters, for each layer, bf16, little-endian
 *     keys     for each head, for each 32 tokens: least [headDim], scale [headDim]
 *     values   for each group of heads, for each 32 channels of a head, for each token: least, scale
 *   codes      [layers, 2, kvHeads, tokens, headDim]; of 4 bits, the first of two in the low bits
 * </pre>
 *
 * <p>Immutable and safe for use by any thread.
 */
final class GroupQuantizer {
  private static final int GROUP = 32;

  private final KvShape shape;
  private final int bits;

  /** Heads whose values share a group. */
  private final int sharedHeads;

  /**
   * @param bits 8 or 4
   */
  GroupQuantizer(KvShape shape, int bits) {
    this.shape = shape;
    this.bits = bits;
    this.sharedHeads = Math.max(1, Math.min(shape.kvHeads(), GROUP / shape.headDim()));
  }

  /** Bytes of a payload of so many tokens. */
  int payloadBytes(int tokens) {
    return parameterBytes(tokens) + numbers(tokens) * bits / 8;
  }

  /**
   * Encodes raw KV.
   *
   * @param into {@link #payloadBytes} from position 0 on, little-endian
   * @return false if a number is not finite, or so large that sums with it would not be
   */
  boolean encode(ByteBuffer raw, int tokens, ByteBuffer into) {
    Numbers numbers = new Numbers(raw, shape.dtype());
    GroupParameters parameters = new GroupParameters(into, (1 << bits) - 1);
    byte[] codes = new byte[numbers(tokens)];
    int plane = tokens * shape.headDim();
    float[] slab = new float[sharedHeads * plane];
    int at = 0;
    for (int layer = 0; layer < shape.layers(); layer++) {
      for (int head = 0; head < shape.kvHeads(); head++) {
        numbers.read(at, slab, plane);
        encodeKeys(slab, tokens, parameters, codes, at);
        at += plane;
      }
      for (int head = 0; head < shape.kvHeads(); head += sharedHeads) {
        int heads = Math.min(sharedHeads, shape.kvHeads() - head);
        numbers.read(at, slab, heads * plane);
        encodeValues(slab, heads, tokens, parameters, codes, at);
        at += heads * plane;
      }
    }
    pack(codes, into.position(parameterBytes(tokens)));
    return parameters.finite();
  }

  /**
   * Decodes a payload into raw KV.
   *
   * @return false if a parameter is not finite
   */
  boolean decode(ByteBuffer payload, int tokens, ByteBuffer raw) {
    Numbers numbers = new Numbers(raw, shape.dtype());
    GroupParameters parameters = new GroupParameters(payload, (1 << bits) - 1);
    byte[] codes = unpack(payload.position(parameterBytes(tokens)), numbers(tokens));
    int plane = tokens * shape.headDim();
    float[] slab = new float[sharedHeads * plane];
    int at = 0;
    for (int layer = 0; layer < shape.layers(); layer++) {
      for (int head = 0; head < shape.kvHeads(); head++) {
        decodeKeys(codes, at, tokens, parameters, slab);
        numbers.write(at, slab, plane);
        at += plane;
      }
      for (int head = 0; head < shape.kvHeads(); head += sharedHeads) {
        int heads = Math.min(sharedHeads, shape.kvHeads() - head);
        decodeValues(codes, at, heads, tokens, parameters, slab);
        numbers.write(at, slab, heads * plane);
        at += heads * plane;
      }
    }
    return parameters.finite();
  }

  /**
   * @param keys [tokens, headDim]
   */
  private void encodeKeys(
      float[] keys, int tokens, GroupParameters parameters, byte[] codes, int at) {
    int width = shape.headDim();
    float[] least = new float[width];
    float[] most = new float[width];
    for (int first = 0; first < tokens; first += GROUP) {
      int from = first * width;
      int to = Math.min(tokens, first + GROUP) * width;
      System.arraycopy(keys, from, least, 0, width);
      System.arraycopy(keys, from, most, 0, width);
      for (int row = from + width; row < to; row += width) {
        for (int c = 0; c < width; c++) {
          least[c] = Math.min(least[c], keys[row + c]);
          most[c] = Math.max(most[c], keys[row + c]);
        }
      }
      parameters.write(least, most, width);
      // From here on, most holds what a number above the least is multiplied with.
      int levels = parameters.levels();
      for (int row = from; row < to; row += width) {
        for (int c = 0; c < width; c++) {
          int code = (int) ((keys[row + c] - least[c]) * most[c] + 0.5f);
          codes[at + row + c] = (byte) Math.min(code, levels);
        }
      }
    }
  }

  private void decodeKeys(
      byte[] codes, int at, int tokens, GroupParameters parameters, float[] keys) {
    int width = shape.headDim();
    float[] least = new float[width];
    float[] scale = new float[width];
    for (int first = 0; first < tokens; first += GROUP) {
      int to = Math.min(tokens, first + GROUP) * width;
      parameters.read(least, scale, width);
      for (int row = first * width; row < to; row += width) {
        for (int c = 0; c < width; c++) {
          keys[row + c] = least[c] + (codes[at + row + c] & 0xff) * scale[c];
        }
      }
    }
  }

  /**
   * @param values [heads, tokens, headDim]
   */
  private void encodeValues(
      float[] values, int heads, int tokens, GroupParameters parameters, byte[] codes, int at) {
    int width = shape.headDim();
    int plane = tokens * width;
    float[] least = new float[1];
    float[] most = new float[1];
    for (int channel = 0; channel < width; channel += GROUP) {
      int channels = Math.min(GROUP, width - channel);
      for (int first = channel; first < plane; first += width) {
        float low = values[first];
        float high = low;
        for (int row = first; row < heads * plane; row += plane) {
          for (int i = row; i < row + channels; i++) {
            low = Math.min(low, values[i]);
            high = Math.max(high, values[i]);
          }
        }
        least[0] = low;
        most[0] = high;
        parameters.write(least, most, 1);
        float zero = least[0];
        float factor = most[0];
        int levels = parameters.levels();
        for (int row = first; row < heads * plane; row += plane) {
          for (int i = row; i < row + channels; i++) {
            codes[at + i] = (byte) Math.min((int) ((values[i] - zero) * factor + 0.5f), levels);
          }
        }
      }
    }
  }

  private void decodeValues(
      byte[] codes, int at, int heads, int tokens, GroupParameters parameters, float[] values) {
    int width = shape.headDim();
    int plane = tokens * width;
    float[] least = new float[1];
    float[] scale = new float[1];
    for (int channel = 0; channel < width; channel += GROUP) {
      int channels = Math.min(GROUP, width - channel);
      for (int first = channel; first < plane; first += width) {
        parameters.read(least, scale, 1);
        float zero = least[0];
        float step = scale[0];
        for (int row = first; row < heads * plane; row += plane) {
          for (int i = row; i < row + channels; i++) {
            values[i] = zero + (codes[at + i] & 0xff) * step;
          }
        }
      }
    }
  }

  private void pack(byte[] codes, ByteBuffer into) {
    if (bits == 8) {
      into.put(codes);
      return;
    }
    byte[] pairs = new byte[codes.length / 2];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = (byte) (codes[2 * i] | codes[2 * i + 1] << 4);
    }
    into.put(pairs);
  }

  private byte[] unpack(ByteBuffer from, int count) {
    byte[] codes = new byte[count];
    if (bits == 8) {
      from.get(codes);
      return codes;
    }
    byte[] pairs = new byte[count / 2];
    from.get(pairs);
    for (int i = 0; i < pairs.length; i++) {
      codes[2 * i] = (byte) (pairs[i] & 0xf);
      codes[2 * i + 1] = (byte) (pairs[i] >> 4 & 0xf);
    }
    return codes;
  }

  /** Even, as there are keys and values. */
  private int numbers(int tokens) {
    return shape.bytesPerToken() / shape.dtype().bytes() * tokens;
  }

  private int parameterBytes(int tokens) {
    int keyGroups = shape.kvHeads() * shape.headDim() * ceiling(tokens, GROUP);
    int valueGroups =
        ceiling(shape.kvHeads(), sharedHeads) * ceiling(shape.headDim(), GROUP) * tokens;
    return shape.layers() * (keyGroups + valueGroups) * GroupParameters.BYTES;
  }

  private static int ceiling(int n, int of) {
    return (n + of - 1) / of;
  }
}
