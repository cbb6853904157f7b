package io.caudal.kv.codec;

/** The upper half of a float: 8 bits of exponent, 7 of fraction. */
final class Bfloat16 {
  private static final short NOT_A_NUMBER = 0x7fc0;

  private Bfloat16() {}

  static float toFloat(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** Of two at the same distance, the one whose last bit is 0. */
  static short nearest(float value) {
    int bits = Float.floatToRawIntBits(value);
    int rounded = (bits + 0x7fff + ((bits >>> 16) & 1)) >> 16;
    return Float.isNaN(value) ? NOT_A_NUMBER : (short) rounded;
  }

  /** The largest that is not above {@code value}. */
  static short below(float value) {
    int bits = Float.floatToRawIntBits(value);
    return (short) ((bits < 0 ? bits + 0xffff : bits) >> 16);
  }

  /** The smallest that is not below {@code value}, which is not negative. */
  static short above(float value) {
    return (short) ((Float.floatToRawIntBits(value) + 0xffff) >> 16);
  }
}
