package io.caudal.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caudal.config.Dtype;
import io.caudal.config.ModelSettings;
import io.caudal.engine.LoadedModel;
import io.caudal.engine.ModelRunner;
import io.caudal.engine.ModelRunnerFactory;
import io.caudal.engine.host.BreakableModelFactory;
import io.caudal.engine.model.SafetensorsWriter;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.kv.KvDtype;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchModelFactoryTest {
  private static final String CONFIG =
      """
      {"architectures": ["LlamaForCausalLM"], "hidden_size": 16, "num_hidden_layers": 1,
       "num_attention_heads": 2, "intermediate_size": 32, "vocab_size": 50,
       "max_position_embeddings": 128, "eos_token_id": 4}
      """;

  @Test
  void is_found_as_a_service() {
    assertThat(ServiceLoader.load(ModelRunnerFactory.class))
        .hasExactlyElementsOfTypes(BreakableModelFactory.class, TorchModelFactory.class);
  }

  @Test
  void says_what_was_loaded() {
    try (LoadedModel model = load(ModelSettings.BUNDLED, Dtype.BF16)) {
      assertThat(model.model().name()).isEqualTo("demo");
      assertThat(model.model().contextTokens()).isEqualTo(2048);
      assertThat(model.model().vocabularySize()).isEqualTo(1024);
      assertThat(model.model().stopIds()).containsExactlyInAnyOrder(0, 2);
      assertThat(model.model().kv().dtype()).isEqualTo(KvDtype.BF16);
      assertThat(model.model().kv().bytesPerToken()).isEqualTo(1280);
    }
  }

  @Test
  void fp16_on_a_cpu_is_that_of_weights_alone() {
    try (LoadedModel model = load(ModelSettings.BUNDLED, Dtype.FP16)) {
      assertThat(model.model().kv().dtype()).isEqualTo(KvDtype.FP32);
    }
  }

  @Test
  void a_gpu_that_is_not_there() {
    ModelSettings settings =
        new ModelSettings(ModelSettings.BUNDLED, "", Dtype.AUTO, "cuda:63", true, List.of());
    assertThatThrownBy(() -> new TorchModelFactory().load(settings))
        .isInstanceOfSatisfying(
            CaudalException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.DEVICE_UNAVAILABLE))
        .hasMessageContaining("cuda:63")
        .hasMessageContaining("model.device");
  }

  @Test
  void tensors_that_are_missing_or_not_computed_with(@TempDir Path folder) throws IOException {
    TinyModel.write(folder, CONFIG);
    try (LoadedModel model = load(folder.toString(), Dtype.AUTO)) {
      assertThat(model.model().name()).isEqualTo(folder.getFileName().toString());
    }
    Path weights = folder.resolve("model.safetensors");
    new SafetensorsWriter().add("model.norm.weight", new float[16], 16).write(weights);
    assertRefused(folder, ErrorCode.MODEL_DAMAGED, "model.embed_tokens.weight");
    TinyModel.write(folder, CONFIG.replace("{", "{\"attention_bias\": true, "));
    TinyModel.rewriteConfig(folder, CONFIG);
    assertRefused(folder, ErrorCode.MODEL_UNSUPPORTED, "model.layers.0.self_attn.k_proj.bias");
  }

  @Test
  void runners_step_at_the_same_time_over_the_same_weights() throws Exception {
    int[] prompt = {1, 424, 13, 485, 299, 278, 35, 93, 271, 292, 110, 49, 2, 13, 1, 451, 13};
    try (LoadedModel model = load(ModelSettings.BUNDLED, Dtype.FP32)) {
      Callable<int[]> generate =
          () -> {
            try (ModelRunner runner = model.newRunner(1)) {
              return new Greedy(runner).run(0, prompt, 0, 30, 5).output();
            }
          };
      int[] expected = generate.call();
      ExecutorService threads = Executors.newFixedThreadPool(3);
      try {
        List<Future<int[]>> outputs =
            threads.invokeAll(List.of(generate, generate, generate, generate));
        for (Future<int[]> output : outputs) {
          assertThat(output.get()).isEqualTo(expected);
        }
      } finally {
        threads.shutdown();
      }
    }
  }

  @Test
  void step_loops_are_as_many_as_the_cpus_that_are_named() {
    ModelSettings named =
        new ModelSettings(ModelSettings.BUNDLED, "", Dtype.FP32, "cpu", true, List.of(0, 5, 7));
    try (LoadedModel model = new TorchModelFactory().load(named)) {
      assertThat(model.defaultStepLoops()).isEqualTo(3);
    }
  }

  @Test
  void processors_that_compute_bf16() {
    assertThat(CpuFeatures.computesBf16("flags\t\t: fpu avx512f avx512_bf16 sse\n")).isTrue();
    assertThat(CpuFeatures.computesBf16("flags : amx_bf16\n")).isTrue();
    assertThat(CpuFeatures.computesBf16("flags\t\t: fpu avx512f avx2\nbugs : avx512_bf16\n"))
        .isFalse();
    assertThat(CpuFeatures.computesBf16("")).isFalse();
  }

  private static LoadedModel load(String path, Dtype dtype) {
    return new TorchModelFactory().load(new ModelSettings(path, "", dtype, "cpu", true, List.of()));
  }

  private static void assertRefused(Path folder, ErrorCode code, String named) {
    assertThatThrownBy(() -> load(folder.toString(), Dtype.FP32).close())
        .isInstanceOfSatisfying(CaudalException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(named);
  }
}
