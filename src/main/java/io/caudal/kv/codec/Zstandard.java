package io.caudal.kv.codec;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Zstandard at its fastest level. Numbers of several bytes are transposed first: all first bytes,
 * all second bytes, and so on, as exponents are alike and fractions are not (Blosc's shuffle).
 */
final class Zstandard {
  private static final int LEVEL = 1;

  private Zstandard() {}

  /** {@code plain} from {@code from} on, compressed; null if that is not smaller. */
  static byte @Nullable [] compress(byte[] plain, int from, int width) {
    int length = plain.length - from;
    byte[] source = plain;
    int sourceFrom = from;
    if (width > 1) {
      source = new byte[length];
      sourceFrom = 0;
      int count = length / width;
      for (int b = 0; b < width; b++) {
        int row = b * count;
        for (int i = 0, at = from + b; i < count; i++, at += width) {
          source[row + i] = plain[at];
        }
      }
    }
    byte[] packed = new byte[(int) Zstd.compressBound(length)];
    long size = Zstd.compressByteArray(packed, 0, packed.length, source, sourceFrom, length, LEVEL);
    return size < length ? Arrays.copyOf(packed, (int) size) : null;
  }

  /**
   * What {@link #compress} was given, if it had {@code length} bytes; null if not. No more than
   * that is ever allocated, whatever {@code packed} says.
   */
  static byte @Nullable [] decompress(byte[] packed, int from, int length, int width) {
    byte[] transposed = new byte[length];
    try {
      long size =
          Zstd.decompressByteArray(transposed, 0, length, packed, from, packed.length - from);
      if (size != length) {
        return null;
      }
    } catch (ZstdException e) {
      return null; // not a frame, or one of more bytes
    }
    if (width == 1) {
      return transposed;
    }
    byte[] plain = new byte[length];
    int count = length / width;
    for (int b = 0; b < width; b++) {
      int row = b * count;
      for (int i = 0, at = b; i < count; i++, at += width) {
        plain[at] = transposed[row + i];
      }
    }
    return plain;
  }
}
