package io.caudal.kv.codec;

import static io.caudal.kv.codec.Blocks.CHAIN;
import static io.caudal.kv.codec.Blocks.MODEL;
import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.KvCodec;
import io.caudal.config.KvCompression;
import io.caudal.kv.KvBlock;
import io.caudal.kv.KvDtype;
import io.caudal.kv.KvShape;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class KvBlockFormatTest {

  /** How far a decoded number may be from what was encoded, for any shape, size and codec. */
  @Property(tries = 150)
  void every_number_is_within_half_a_step(
      @ForAll @IntRange(min = 1, max = 3) int layers,
      @ForAll @IntRange(min = 1, max = 9) int heads,
      @ForAll @IntRange(min = 1, max = 70) int headDim,
      @ForAll @IntRange(min = 1, max = 70) int tokens,
      @ForAll KvDtype dtype,
      @ForAll @IntRange(min = -12, max = 10) int exponent,
      @ForAll long seed) {
    KvShape shape = new KvShape(layers, heads, headDim, dtype);
    KvBlockFormat format = new KvBlockFormat(shape, MODEL);
    KvBlock block = Blocks.random(shape, 3, tokens, Math.scalb(1f, exponent), seed);
    float[] exact = Blocks.numbers(block, shape);
    double range = 0;
    for (float number : exact) {
      range = Math.max(range, Math.abs(number));
    }
    double output = dtype == KvDtype.FP32 ? 0x1p-20 : 0x1p-8;
    for (BlockCodec codec : Blocks.codecs()) {
      float[] back =
          Blocks.numbers(Blocks.decoded(format, format.encode(block, codec), block), shape);
      double bound =
          switch (codec.numbers()) {
            case NONE -> 0;
            case HALF -> dtype == KvDtype.FP32 ? range * 0x1p-8 : 0;
            case INT8 -> range * (2.05 / 255 / 2 + output);
            case INT4 -> range * (2.05 / 15 / 2 + output);
          };
      for (int i = 0; i < exact.length; i++) {
        assertThat(Math.abs((double) back[i] - exact[i]))
            .as("%s", codec)
            .isLessThanOrEqualTo(bound);
      }
    }
  }

  /** One channel of keys that is far larger than the others costs the others nothing. */
  @Test
  void a_large_channel_of_keys_leaves_the_others_alone() {
    KvShape shape = new KvShape(1, 1, 4, KvDtype.FP32);
    KvBlockFormat format = new KvBlockFormat(shape, MODEL);
    float[] numbers = new float[2 * 64 * 4];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) Math.sin(i);
    }
    for (int token = 0; token < 64; token++) {
      numbers[token * 4 + 2] *= 1000;
    }
    KvBlock block = Blocks.of(shape, 0, 64, numbers);
    BlockCodec codec = new BlockCodec(KvCodec.INT8, KvCompression.NONE);

    float[] back =
        Blocks.numbers(Blocks.decoded(format, format.encode(block, codec), block), shape);

    for (int i = 0; i < numbers.length; i++) {
      boolean large = i < 256 && i % 4 == 2;
      assertThat(Math.abs(back[i] - numbers[i])).isLessThan(large ? 5 : 0.005f);
    }
  }

  @Test
  void numbers_that_cannot_be_calculated_with_are_kept_as_they_are() {
    KvShape shape = new KvShape(1, 1, 2, KvDtype.FP32);
    KvBlockFormat format = new KvBlockFormat(shape, MODEL);
    for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY, -3e38f}) {
      KvBlock block = Blocks.of(shape, 0, 1, 1, odd, 2, 3);
      for (KvCodec numbers : new KvCodec[] {KvCodec.INT8, KvCodec.INT4}) {
        byte[] bytes = format.encode(block, new BlockCodec(numbers, KvCompression.NONE));
        assertThat(Blocks.decoded(format, bytes, block).data()).isEqualTo(block.data());
        assertThat(format.exact(bytes, 0, 1)).isNotNull();
      }
    }
  }

  @Test
  void a_real_models_shape_reaches_the_documented_ratios() {
    KvShape shape = new KvShape(5, 2, 32, KvDtype.BF16);
    KvBlockFormat format = new KvBlockFormat(shape, MODEL);
    KvBlock block = Blocks.random(shape, 0, 128, 1, 7);
    assertThat(ratio(format, block, KvCodec.NONE)).isBetween(0.999, 1.0);
    assertThat(ratio(format, block, KvCodec.HALF)).isBetween(0.999, 1.0);
    assertThat(ratio(format, block, KvCodec.INT8)).isBetween(1.776, 1.778);
    assertThat(ratio(format, block, KvCodec.INT4)).isBetween(3.195, 3.2);
  }

  private static double ratio(KvBlockFormat format, KvBlock block, KvCodec numbers) {
    return format.ratio(
        format.encode(block, new BlockCodec(numbers, KvCompression.NONE)), block.tokens());
  }

  @Test
  void compression_makes_numbers_smaller_without_changing_them() {
    KvShape shape = new KvShape(2, 2, 32, KvDtype.FP32);
    KvBlockFormat format = new KvBlockFormat(shape, MODEL);
    KvBlock block = Blocks.random(shape, 0, 64, 1, 7);
    byte[] bytes = format.encode(block, new BlockCodec(KvCodec.NONE, KvCompression.ZSTD));
    assertThat(bytes.length).isLessThan(block.data().capacity() * 95 / 100);
    assertThat(Blocks.decoded(format, bytes, block).data()).isEqualTo(block.data());
  }

  @Test
  void what_needs_no_second_version_is_written_in_the_first() {
    KvShape shape = new KvShape(1, 1, 2, KvDtype.BF16);
    KvBlock block = Blocks.of(shape, 0, 1, 1, 2, 3, 4);
    assertThat(new KvBlockFormat(shape, MODEL).encode(block, BlockCodec.EXACT))
        .isEqualTo(new KvBlockCodecV1(shape, MODEL).encode(block));
  }

  /** Blocks as version 2 has them: one layer, one head of two fp32 numbers, two tokens. */
  @Test
  void the_documented_bytes_are_written_and_read() {
    KvShape shape = new KvShape(1, 1, 2, KvDtype.FP32);
    KvBlockFormat format = new KvBlockFormat(shape, MODEL);
    KvBlock block = Blocks.of(shape, 3, 2, 1, -2, 1.5f, 6, 0, 0.5f, 0.25f, -1);

    byte[] half = golden("01", "10000000", "ccb207ec", "803f00c0c03fc040" + "0000003f803e80bf");
    byte[] int8 =
        golden(
            "02",
            "18000000",
            "782688e5",
            // Keys: least 1 and -2, scales above 0.5 / 255 and 8 / 255.
            "803f00c0"
                + "013b013d"
                // Values: least 0 and scale above 0.5 / 255, least -1 and scale above 1.25 / 255.
                + "0000013b"
                + "80bfa13b"
                + "0000fefe"
                + "00fefe00");
    byte[] int4 =
        golden(
            "03",
            "14000000",
            "2037afe3",
            "803f00c0" + "093d093f" + "0000093d" + "80bfab3d" + "00ff" + "f00f");

    assertThat(hex(format, block, KvCodec.HALF)).isEqualTo(HexFormat.of().formatHex(half));
    assertThat(hex(format, block, KvCodec.INT8)).isEqualTo(HexFormat.of().formatHex(int8));
    assertThat(hex(format, block, KvCodec.INT4)).isEqualTo(HexFormat.of().formatHex(int4));
    assertThat(Blocks.numbers(Blocks.decoded(format, half, block), shape))
        .containsExactly(1, -2, 1.5f, 6, 0, 0.5f, 0.25f, -1);
  }

  /** Zstandard's bytes may change with its version; those that were written stay readable. */
  @Test
  void a_compressed_block_of_an_earlier_build_is_read() {
    KvShape shape = new KvShape(1, 1, 2, KvDtype.FP32);
    byte[] bytes =
        HexFormat.of()
            .parseHex(
                "434b564202000001887766554433221100ffeeddccbbaa990300000010000000"
                    + "01000100020000005c0000002f2548cf28b52ffd600000950200640400008000"
                    + "4080a0c0e0001020304050607080889098a0a8b0b8c0c8d0d8e0e8f0f8000408"
                    + "0c1014181c2024282c3034383c4044484c5054585c6064686c7074787c003f40"
                    + "41420410008dd41384c3d336");
    float[] numbers = new float[64];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i;
    }
    KvBlock block = Blocks.of(shape, 3, 16, numbers);

    KvBlock read = Blocks.decoded(new KvBlockFormat(shape, MODEL), bytes, block);

    assertThat(read.data()).isEqualTo(block.data());
  }

  private static String hex(KvBlockFormat format, KvBlock block, KvCodec numbers) {
    return HexFormat.of()
        .formatHex(format.encode(block, new BlockCodec(numbers, KvCompression.NONE)));
  }

  private static byte[] golden(String codec, String length, String checksum, String payload) {
    return HexFormat.of()
        .parseHex(
            "434b5642"
                + "02"
                + codec
                + "00"
                + "00"
                + "8877665544332211"
                + "00ffeeddccbbaa99"
                + "03000000"
                + "02000000"
                + "0100"
                + "0100"
                + "0200"
                + "0000"
                + length
                + checksum
                + payload);
  }

  @Test
  void only_what_has_all_its_numbers_is_exact() {
    KvShape shape = new KvShape(1, 2, 8, KvDtype.FP32);
    KvBlockFormat format = new KvBlockFormat(shape, MODEL);
    KvBlock block = Blocks.random(shape, 5, 16, 1, 1);
    for (BlockCodec codec : Blocks.codecs()) {
      byte[] bytes = format.encode(block, codec);
      KvBlock exact = format.exact(bytes, 5, 16);
      assertThat(exact != null).isEqualTo(codec.numbers() == KvCodec.NONE);
      if (exact != null) {
        assertThat(exact.data()).isEqualTo(block.data());
        assertThat(exact.chainHash()).isEqualTo(CHAIN);
        assertThat(format.exact(bytes, 4, 16)).isNull();
        assertThat(format.exact(Arrays.copyOf(bytes, bytes.length - 1), 5, 16)).isNull();
      }
    }
  }
}
