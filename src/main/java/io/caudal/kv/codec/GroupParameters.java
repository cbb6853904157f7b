package io.caudal.kv.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Least values and scales of groups, written or read one after the other in bf16. */
final class GroupParameters {
  /** Bytes of one group's. */
  static final int BYTES = 4;

  /** Numbers beyond it are left to a codec that does not calculate. */
  private static final float LARGEST = 1e37f;

  private final ByteBuffer bytes;
  private final int levels;
  private int at;
  private boolean finite = true;

  /**
   * @param bytes parameters from index 0 on; its position is not used
   * @param levels largest code
   */
  GroupParameters(ByteBuffer bytes, int levels) {
    this.bytes = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    this.levels = levels;
  }

  /** The largest code. */
  int levels() {
    return levels;
  }

  /** Whether all numbers so far were of a size that can be calculated with. */
  boolean finite() {
    return finite;
  }

  /**
   * Writes the parameters of {@code count} groups.
   *
   * @param least the groups' least numbers; afterwards as they will be read
   * @param most the groups' largest; afterwards 1 / scale, or 0 for a scale of 0
   */
  void write(float[] least, float[] most, int count) {
    int scales = at + count * 2;
    for (int i = 0; i < count; i++) {
      finite &= Math.abs(least[i]) < LARGEST && Math.abs(most[i]) < LARGEST;
      short low = Bfloat16.below(least[i]);
      least[i] = Bfloat16.toFloat(low);
      float step = (most[i] - least[i]) / levels;
      short scale = step < Float.MIN_NORMAL ? 0 : Bfloat16.above(step);
      most[i] = scale == 0 ? 0 : 1 / Bfloat16.toFloat(scale);
      bytes.putShort(at + i * 2, low);
      bytes.putShort(scales + i * 2, scale);
    }
    at = scales + count * 2;
  }

  /** Reads what {@link #write} wrote. */
  void read(float[] least, float[] scale, int count) {
    int scales = at + count * 2;
    for (int i = 0; i < count; i++) {
      least[i] = Bfloat16.toFloat(bytes.getShort(at + i * 2));
      scale[i] = Bfloat16.toFloat(bytes.getShort(scales + i * 2));
      finite &= Math.abs(least[i]) < 2 * LARGEST && Math.abs(scale[i]) < 2 * LARGEST;
    }
    at = scales + count * 2;
  }
}
