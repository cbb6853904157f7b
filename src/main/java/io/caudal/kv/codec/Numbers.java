package io.caudal.kv.codec;

import io.caudal.kv.KvDtype;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/**
 * The numbers of a block as floats, and floats as the numbers of a block. Written numbers are
 * rounded to the nearest. One thread at a time.
 */
final class Numbers {
  private final KvDtype dtype;
  private final FloatBuffer floats;
  private final ShortBuffer halves;
  private short[] scratch = new short[0];

  /**
   * @param bytes numbers of {@code dtype}, little-endian, from position 0 to its limit
   */
  Numbers(ByteBuffer bytes, KvDtype dtype) {
    ByteBuffer all = bytes.duplicate().rewind().order(ByteOrder.LITTLE_ENDIAN);
    this.dtype = dtype;
    this.floats = all.asFloatBuffer();
    this.halves = all.asShortBuffer();
  }

  /** Reads {@code count} numbers from the {@code first} on. */
  void read(int first, float[] into, int count) {
    switch (dtype) {
      case FP32 -> floats.get(first, into, 0, count);
      case BF16 -> {
        short[] bits = scratch(count);
        halves.get(first, bits, 0, count);
        for (int i = 0; i < count; i++) {
          into[i] = Bfloat16.toFloat(bits[i]);
        }
      }
      case FP16 -> {
        short[] bits = scratch(count);
        halves.get(first, bits, 0, count);
        for (int i = 0; i < count; i++) {
          into[i] = Float16.toFloat(bits[i]);
        }
      }
    }
  }

  /** Writes {@code count} numbers from the {@code first} on. */
  void write(int first, float[] from, int count) {
    switch (dtype) {
      case FP32 -> floats.put(first, from, 0, count);
      case BF16 -> {
        short[] bits = scratch(count);
        for (int i = 0; i < count; i++) {
          bits[i] = Bfloat16.nearest(from[i]);
        }
        halves.put(first, bits, 0, count);
      }
      case FP16 -> {
        short[] bits = scratch(count);
        for (int i = 0; i < count; i++) {
          bits[i] = Float16.nearest(from[i]);
        }
        halves.put(first, bits, 0, count);
      }
    }
  }

  private short[] scratch(int count) {
    if (scratch.length < count) {
      scratch = new short[count];
    }
    return scratch;
  }
}
