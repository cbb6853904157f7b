package io.caudal.kv.codec;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import org.junit.jupiter.api.Test;

class Float16Test {

  @Test
  void every_number_comes_back() {
    for (int bits = 0; bits < 0x7c00; bits++) {
      float value = Float16.toFloat((short) bits);
      assertThat(Float16.nearest(value)).isEqualTo((short) bits);
      assertThat(Float16.nearest(-value)).isEqualTo((short) (bits | 0x8000));
    }
    assertThat(Float16.toFloat((short) 0x3c00)).isEqualTo(1);
    assertThat(Float16.toFloat((short) 0xc000)).isEqualTo(-2);
    assertThat(Float16.toFloat((short) 1)).isEqualTo(0x1p-24f);
    assertThat(Float16.toFloat((short) 0x7c00)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Float16.toFloat((short) 0x7e00)).isNaN();
  }

  @Test
  void what_is_too_large_becomes_the_largest() {
    assertThat(Float16.nearest(1e9f)).isEqualTo((short) 0x7bff);
    assertThat(Float16.nearest(Float.NEGATIVE_INFINITY)).isEqualTo((short) 0xfbff);
    assertThat(Float16.toFloat(Float16.nearest(Float.NaN))).isNaN();
  }

  @Property
  void rounding_goes_to_the_nearest(@ForAll @FloatRange(min = -65000, max = 65000) float value) {
    int bits = Float16.nearest(value) & 0x7fff;
    double distance = Math.abs(Float16.toFloat((short) bits) - Math.abs(value));
    for (int beside : new int[] {Math.max(0, bits - 1), bits + 1}) {
      assertThat(Math.abs((double) Float16.toFloat((short) beside) - Math.abs(value)))
          .isGreaterThanOrEqualTo(distance);
    }
  }

  @Property
  void bfloat16_rounds_down_up_and_to_the_nearest(
      @ForAll @FloatRange(min = -1e30f, max = 1e30f) float value) {
    assertThat(Bfloat16.toFloat(Bfloat16.below(value))).isLessThanOrEqualTo(value);
    assertThat(Bfloat16.toFloat(Bfloat16.above(Math.abs(value))))
        .isGreaterThanOrEqualTo(Math.abs(value));
    assertThat(Math.abs((double) Bfloat16.toFloat(Bfloat16.nearest(value)) - value))
        .isLessThanOrEqualTo(Math.abs((double) value) / 256);
  }
}
