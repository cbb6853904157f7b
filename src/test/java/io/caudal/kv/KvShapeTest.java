package io.caudal.kv;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KvShapeTest {

  @Test
  void knows_what_a_token_costs() {
    assertThat(new KvShape(30, 3, 64, KvDtype.BF16).bytesPerToken()).isEqualTo(23_040);
    assertThat(new KvShape(5, 2, 32, KvDtype.FP32).bytesPerToken()).isEqualTo(2_560);
  }

  @Test
  void fits_blocks_to_the_target_size() {
    KvShape large = new KvShape(80, 8, 128, KvDtype.BF16); // 327,680 bytes a token
    KvShape middle = new KvShape(30, 3, 64, KvDtype.BF16);
    KvShape tiny = new KvShape(5, 2, 32, KvDtype.FP32);

    assertThat(large.blockTokens(256 << 10)).isEqualTo(16);
    assertThat(middle.blockTokens(1 << 20)).isEqualTo(32);
    assertThat(tiny.blockTokens(256 << 10)).isEqualTo(64);
    assertThat(tiny.blockTokens(2 << 20)).isEqualTo(256);
  }
}
