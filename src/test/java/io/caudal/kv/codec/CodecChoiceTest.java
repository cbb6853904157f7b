package io.caudal.kv.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.KvCodec;
import io.caudal.config.KvCodecSettings;
import io.caudal.config.KvCompression;
import io.caudal.kv.KvBlock;
import io.caudal.kv.KvDtype;
import io.caudal.kv.KvShape;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CodecChoiceTest {
  private static final KvShape SHAPE = new KvShape(5, 2, 32, KvDtype.FP32);

  private final KvBlockFormat format = new KvBlockFormat(SHAPE, Blocks.MODEL);
  private final KvBlock block = Blocks.random(SHAPE, 0, 64, 1, 7);

  @Test
  void the_ratio_takes_the_codec_that_loses_least_and_reaches_it() {
    assertThat(codec(1)).isEqualTo(KvCodec.HALF);
    assertThat(codec(1.7)).isEqualTo(KvCodec.INT8);
    assertThat(codec(3)).isEqualTo(KvCodec.INT4);
    for (double ratio : new double[] {1, 1.5, 1.7, 2.5, 3.1}) {
      assertThat(format.ratio(byRatio(ratio).encodeOld(block), 64)).isGreaterThanOrEqualTo(ratio);
    }
  }

  @Test
  void a_ratio_out_of_reach_takes_the_smallest() {
    byte[] smallest = format.encode(block, new BlockCodec(KvCodec.INT4, KvCompression.ZSTD));
    assertThat(byRatio(8).encodeOld(block)).hasSize(smallest.length);
  }

  @Test
  void recent_tokens_and_the_block_they_begin_in_are_not_old() {
    CodecChoice choice =
        choice(new KvCodecSettings(KvCodec.INT4, KvCompression.NONE, false, 1, 128));
    assertThat(choice.oldBlocks(0, 64)).isZero();
    assertThat(choice.oldBlocks(191, 64)).isZero();
    assertThat(choice.oldBlocks(192, 64)).isEqualTo(1);
    assertThat(choice.oldBlocks(300, 64)).isEqualTo(2);
    assertThat(choice.treatsAllAlike()).isFalse();
    assertThat(format.exact(choice.encodeRecent(block), 0, 64)).isNotNull();
    assertThat(format.exact(choice.encodeOld(block), 0, 64)).isNull();
  }

  private @Nullable KvCodec codec(double ratio) {
    byte[] bytes = byRatio(ratio).encodeOld(block);
    return new KvBlockCodecV2(SHAPE, Blocks.MODEL).numbers(bytes);
  }

  private CodecChoice byRatio(double ratio) {
    return choice(new KvCodecSettings(KvCodec.NONE, KvCompression.NONE, true, ratio, 0));
  }

  private CodecChoice choice(KvCodecSettings settings) {
    return new CodecChoice(format, settings);
  }
}
