package io.caudal.kv.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.kv.KvBlock;
import io.caudal.kv.KvDtype;
import io.caudal.kv.KvShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KvBlockCodecV1Test {
  private static final KvShape SHAPE = new KvShape(2, 3, 4, KvDtype.BF16);
  private static final long MODEL = 0x1122334455667788L;
  private static final long CHAIN = 0x99aabbccddeeff00L;

  private final KvBlockCodecV1 codec = new KvBlockCodecV1(SHAPE, MODEL);

  @Test
  void decodes_what_it_encoded() {
    KvBlock block = block(7, 5);

    DecodedBlock decoded = codec.decode(codec.encode(block), 7, 5, CHAIN);

    assertThat(decoded)
        .isInstanceOfSatisfying(
            DecodedBlock.Hit.class,
            hit -> {
              assertThat(hit.block().index()).isEqualTo(7);
              assertThat(hit.block().tokens()).isEqualTo(5);
              assertThat(hit.block().data()).isEqualTo(block.data());
            });
  }

  @Test
  void writes_the_documented_bytes() {
    KvShape one = new KvShape(1, 1, 1, KvDtype.FP32);
    ByteBuffer data = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    data.putFloat(1.0f).putFloat(2.0f).flip();

    byte[] bytes = new KvBlockCodecV1(one, MODEL).encode(new KvBlock(3, 1, CHAIN, data));

    assertThat(HexFormat.of().formatHex(bytes))
        .isEqualTo(
            "434b5642"
                + "01"
                + "00"
                + "00"
                + "00"
                + "8877665544332211"
                + "00ffeeddccbbaa99"
                + "03000000"
                + "01000000"
                + "0100"
                + "0100"
                + "0100"
                + "0000"
                + "08000000"
                + "ee585333"
                + "0000803f"
                + "00000040");
  }

  @Test
  void any_changed_bit_is_a_miss() {
    byte[] bytes = codec.encode(block(0, 2));
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      byte[] changed = bytes.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(codec.decode(changed, 0, 2, CHAIN).kind())
          .as("bit %d", bit)
          .isEqualTo(DecodedBlock.Kind.MISS);
    }
  }

  @Test
  void any_cut_is_a_miss() {
    byte[] bytes = codec.encode(block(0, 2));
    for (int length = 0; length < bytes.length; length++) {
      assertThat(codec.decode(Arrays.copyOf(bytes, length), 0, 2, CHAIN).kind())
          .isEqualTo(DecodedBlock.Kind.MISS);
    }
  }

  @Test
  void says_why_a_whole_block_is_of_no_use() {
    byte[] bytes = codec.encode(block(4, 2));
    byte[] newer = bytes.clone();
    newer[4] = 2;

    assertThat(reason(new KvBlockCodecV1(SHAPE, MODEL + 1).decode(bytes, 4, 2, CHAIN)))
        .isEqualTo(BlockMiss.FOREIGN_MODEL);
    assertThat(
            reason(
                new KvBlockCodecV1(new KvShape(2, 3, 4, KvDtype.FP16), MODEL)
                    .decode(bytes, 4, 2, CHAIN)))
        .isEqualTo(BlockMiss.FOREIGN_MODEL);
    assertThat(reason(codec.decode(bytes, 5, 2, CHAIN))).isEqualTo(BlockMiss.OTHER_TOKENS);
    assertThat(reason(codec.decode(bytes, 4, 3, CHAIN))).isEqualTo(BlockMiss.OTHER_TOKENS);
    assertThat(reason(codec.decode(bytes, 4, 2, CHAIN + 1))).isEqualTo(BlockMiss.OTHER_TOKENS);
    assertThat(reason(codec.decode(newer, 4, 2, CHAIN))).isEqualTo(BlockMiss.NEWER_VERSION);
  }

  private static BlockMiss reason(DecodedBlock decoded) {
    return ((DecodedBlock.Miss) decoded).reason();
  }

  private static KvBlock block(int index, int tokens) {
    byte[] data = new byte[tokens * SHAPE.bytesPerToken()];
    new Random(1).nextBytes(data);
    return new KvBlock(index, tokens, CHAIN, ByteBuffer.wrap(data));
  }
}
