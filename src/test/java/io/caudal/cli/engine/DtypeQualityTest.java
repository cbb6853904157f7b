package io.caudal.cli.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caudal.config.Dtype;
import io.caudal.config.ModelSettings;
import io.caudal.engine.LoadedModel;
import io.caudal.engine.ModelRunner;
import io.caudal.engine.ModelRunnerFactory;
import io.caudal.engine.model.ModelFolder;
import io.caudal.text.ModelText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How far the bundled model's next tokens are from those of fp32, in each other format. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DtypeQualityTest {
  private static final int CONTEXTS = 4;

  private final LoadedModel exact = load(Dtype.FP32, false);
  private final ModelRunner runner = exact.newRunner(2 * CONTEXTS);
  private List<int[]> contexts = List.of();

  @BeforeAll
  void writeContexts() {
    ModelText text = ModelText.load(ModelFolder.resolve(ModelSettings.BUNDLED));
    contexts = SampledContexts.write(runner, text, CONTEXTS, 128, 1);
  }

  @AfterAll
  void close() {
    runner.close();
    exact.close();
  }

  @Test
  void fp32_does_not_differ_from_itself() {
    try (ModelRunner same = exact.newRunner(CONTEXTS)) {
      Divergence divergence = new DtypeQuality(runner, contexts, 24).measure(same, contexts);
      assertThat(divergence.sameTokens()).isOne();
      assertThat(divergence.most()).isLessThan(1e-6);
    }
  }

  @ParameterizedTest
  @CsvSource({"BF16, true, 0.002", "BF16, false, 0.002", "FP16, true, 1e-5"})
  void other_formats_differ_little(Dtype dtype, boolean copy, double mostMean) {
    try (LoadedModel model = load(dtype, copy)) {
      differsLittle(model, mostMean);
    }
  }

  @Test
  void int8_differs_little_where_the_processor_computes_it() throws IOException {
    String processor = Files.readString(Path.of("/proc/cpuinfo"));
    if (processor.contains("avx512_vnni") || processor.contains("avx_vnni")) {
      try (LoadedModel model = load(Dtype.INT8, true)) {
        differsLittle(model, 0.02);
      }
    } else {
      assertThatThrownBy(() -> load(Dtype.INT8, true))
          .hasMessageContaining("needs a CPU with VNNI");
    }
  }

  private void differsLittle(LoadedModel model, double mostMean) {
    try (ModelRunner other = model.newRunner(CONTEXTS)) {
      Divergence divergence = new DtypeQuality(runner, contexts, 24).measure(other, contexts);
      assertThat(divergence.mean()).isPositive().isLessThan(mostMean);
      assertThat(divergence.sameTokens()).isGreaterThan(0.9);
    }
  }

  private static LoadedModel load(Dtype dtype, boolean copy) {
    return ModelRunnerFactory.installed()
        .load(new ModelSettings(ModelSettings.BUNDLED, "", dtype, "cpu", copy, List.of()));
  }
}
