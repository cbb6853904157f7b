package io.caudal.cli.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.Dtype;
import io.caudal.config.KvCodec;
import io.caudal.config.KvCompression;
import io.caudal.config.ModelSettings;
import io.caudal.engine.LoadedModel;
import io.caudal.engine.ModelRunner;
import io.caudal.engine.ModelRunnerFactory;
import io.caudal.engine.model.ModelFolder;
import io.caudal.kv.KvBlock;
import io.caudal.kv.codec.BlockCodec;
import io.caudal.kv.codec.KvBlockFormat;
import io.caudal.text.ModelText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the bundled model goes on with after KV that went through each codec, in fp32. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CodecQualityTest {
  private static final int CONTEXTS = 4;
  private static final int TURN = 16;
  private static final int ANSWER = 24;

  private final LoadedModel model =
      ModelRunnerFactory.installed()
          .load(new ModelSettings(folder(), "", Dtype.FP32, "cpu", true, List.of()));
  private final ModelRunner runner = model.newRunner(2 * CONTEXTS);
  private final KvBlockFormat format =
      new KvBlockFormat(model.model().kv(), model.model().fingerprint());
  private CodecQuality quality = new CodecQuality(runner, List.of(), 0, 64);

  /** Where the model is. */
  String folder() {
    return ModelSettings.BUNDLED;
  }

  @BeforeAll
  void writeContexts() {
    ModelText text = ModelText.load(ModelFolder.resolve(folder()));
    List<int[]> contexts = SampledContexts.write(runner, text, CONTEXTS, 256 + TURN, 1);
    quality = new CodecQuality(runner, contexts, TURN, 64);
  }

  @AfterAll
  void close() {
    runner.close();
    model.close();
  }

  @ParameterizedTest
  @EnumSource(KvCompression.class)
  void all_of_the_numbers_give_the_same_answers(KvCompression compression) {
    Divergence divergence = restored(i -> new BlockCodec(KvCodec.NONE, compression));
    assertThat(divergence.sameTokens()).isEqualTo(1);
    assertThat(divergence.most()).isLessThan(1e-6);
  }

  @Test
  void sixteen_bits_are_close() {
    Divergence divergence = restored(i -> new BlockCodec(KvCodec.HALF, KvCompression.ZSTD));
    assertThat(divergence.sameTokens()).isGreaterThan(0.95);
    assertThat(divergence.mean()).isBetween(1e-9, 1e-3);
  }

  @Test
  void eight_bits_are_close() {
    Divergence divergence = restored(i -> new BlockCodec(KvCodec.INT8, KvCompression.NONE));
    assertThat(divergence.sameTokens()).isGreaterThan(0.95);
    assertThat(divergence.mean()).isBetween(1e-9, 2e-3);
  }

  @Test
  void four_bits_are_near() {
    Divergence divergence = restored(i -> new BlockCodec(KvCodec.INT4, KvCompression.ZSTD));
    assertThat(divergence.sameTokens()).isGreaterThan(0.7);
    assertThat(divergence.mean()).isBetween(1e-6, 0.3);
  }

  @Test
  void a_session_may_mix_them() {
    KvCodec[] all = KvCodec.values();
    KvCompression[] compressions = KvCompression.values();
    Divergence divergence = restored(i -> new BlockCodec(all[i % 4], compressions[i / 2 % 2]));
    assertThat(divergence.sameTokens()).isGreaterThan(0.8);
    assertThat(divergence.mean()).isBetween(1e-9, 0.1);
  }

  private Divergence restored(IntFunction<BlockCodec> codecs) {
    return quality.measure(
        blocks -> {
          List<KvBlock> back = new ArrayList<>();
          for (KvBlock block : blocks) {
            byte[] bytes = format.encode(block, codecs.apply(block.index()));
            back.add(CodecSpeed.decode(format, bytes, block));
          }
          return back;
        },
        ANSWER);
  }
}
