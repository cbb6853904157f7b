package io.caudal.kv.codec;

/** IEEE 754's binary16: 5 bits of exponent, 10 of fraction. Java has it from version 20 on. */
final class Float16 {
  private static final int LARGEST = 0x7bff;

  /** 2 to the 112: the distance of the two formats' exponents. */
  private static final float REBIAS = 0x1p112f;

  private Float16() {}

  static float toFloat(short half) {
    int magnitude = half & 0x7fff;
    int bits = magnitude << 13;
    if (magnitude >= 0x7c00) {
      bits |= 0x7f800000;
    } else {
      bits = Float.floatToRawIntBits(Float.intBitsToFloat(bits) * REBIAS);
    }
    return Float.intBitsToFloat(bits | (half & 0x8000) << 16);
  }

  /** The nearest finite one: what is too large becomes the largest. Not a number stays so. */
  static short nearest(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    float magnitude = Float.intBitsToFloat(bits & 0x7fffffff);
    if (Float.isNaN(magnitude)) {
      return (short) (sign | 0x7e00);
    }
    if (magnitude < 0x1p-14f) {
      return (short) (sign | (int) Math.rint(magnitude * 0x1p24f));
    }
    if (magnitude >= 65504f) {
      return (short) (sign | LARGEST);
    }
    int rebiased = Float.floatToRawIntBits(magnitude) - (112 << 23);
    return (short) (sign | (rebiased + 0xfff + (rebiased >>> 13 & 1)) >>> 13);
  }
}
