package io.caudal.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.caudal.config.ModelSettings;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelConfigTest {
  private static final String LLAMA =
      """
      {"architectures": ["LlamaForCausalLM"], "hidden_size": 64, "num_hidden_layers": 3,
       "num_attention_heads": 8, "num_key_value_heads": 4, "intermediate_size": 100,
       "vocab_size": 50, "max_position_embeddings": 512, "hidden_act": "silu",
       "rms_norm_eps": 1e-5%s}
      """;

  private final Path folder;

  ModelConfigTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void sizes_and_defaults() throws IOException {
    ModelConfig config = read("");
    assertThat(config.architecture()).isEqualTo(Architecture.LLAMA);
    assertThat(config.headDim()).isEqualTo(8);
    assertThat(config.contextTokens()).isEqualTo(512);
    assertThat(config.ropeTheta()).isEqualTo(10_000);
    assertThat(config.ropeScaling()).isEqualTo(RopeScaling.NONE);
    assertThat(config.tiedEmbeddings()).isFalse();
    assertThat(config.qkvBias()).isFalse();
    assertThat(config.stopIds()).isEmpty();
  }

  @Test
  void stop_ids_of_the_generation_config_come_first() throws IOException {
    assertThat(read(", \"eos_token_id\": 7").stopIds()).containsExactly(7);
    Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [2, 3]}");
    assertThat(read(", \"eos_token_id\": 7").stopIds()).containsExactlyInAnyOrder(2, 3);
    Files.writeString(folder.resolve("generation_config.json"), "{}");
    assertThat(read(", \"eos_token_id\": [7, 8]").stopIds()).containsExactlyInAnyOrder(7, 8);
  }

  @Test
  void a_window_limits_the_context() throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        LLAMA.formatted(", \"sliding_window\": 128").replace("Llama", "Mistral"));
    assertThat(ModelConfig.read(folder).contextTokens()).isEqualTo(128);
    Files.writeString(
        folder.resolve("config.json"),
        LLAMA.formatted(", \"sliding_window\": null").replace("Llama", "Mistral"));
    assertThat(ModelConfig.read(folder).contextTokens()).isEqualTo(512);
    Files.writeString(
        folder.resolve("config.json"),
        LLAMA
            .formatted(", \"sliding_window\": 128, \"use_sliding_window\": false")
            .replace("Llama", "Qwen2"));
    assertThat(ModelConfig.read(folder).contextTokens()).isEqualTo(512);
  }

  @Test
  void llama3_frequencies() throws IOException {
    ModelConfig config =
        read(
            """
            , "rope_theta": 500000.0, "head_dim": 128, "rope_scaling": {"rope_type": "llama3",
             "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
             "original_max_position_embeddings": 8192}
            """);
    double[] plain = RopeScaling.NONE.inverseFrequencies(128, 500_000);
    double[] stretched = config.inverseFrequencies();
    assertThat(stretched).hasSize(64);
    assertThat(stretched[0]).isEqualTo(1.0);
    assertThat(stretched[28]).isEqualTo(plain[28], within(1e-15));
    assertThat(stretched[63]).isEqualTo(plain[63] / 8, within(1e-15));
    assertThat(stretched[32]).isStrictlyBetween(plain[32] / 8, plain[32]);
  }

  @Test
  void newer_files_say_rope_parameters() throws IOException {
    ModelConfig config =
        read(", \"rope_parameters\": {\"rope_theta\": 77.0, \"rope_type\": \"default\"}");
    assertThat(config.ropeTheta()).isEqualTo(77);
    assertThat(config.ropeScaling()).isEqualTo(RopeScaling.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          , "hidden_act": "gelu"                        | hidden_act gelu
          , "quantization_config": {"quant_method":"awq"} | quantization_config (awq)
          , "rope_scaling": {"rope_type": "yarn"}       | rope type yarn
          , "rope_scaling": {"type": "dynamic"}         | rope type dynamic
          , "partial_rotary_factor": 0.5                | partial_rotary_factor 0.5
          """)
  void what_the_decoder_cannot_compute_is_refused(String more, String named) {
    String json = LLAMA.replace("\"hidden_act\": \"silu\",", "").formatted(more);
    assertRefused(json, ErrorCode.MODEL_UNSUPPORTED, named);
  }

  @Test
  void an_unknown_architecture_is_named() {
    assertRefused(
        LLAMA.formatted("").replace("Llama", "Gpt2"),
        ErrorCode.MODEL_UNSUPPORTED,
        "Gpt2ForCausalLM");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "hidden_size": 64          | "hidden_size": -1        | hidden_size
          "hidden_size": 64          | "hidden_size": "x"       | hidden_size
          "vocab_size": 50           | "vocabulary": 50         | vocab_size
          "num_key_value_heads": 4   | "num_key_value_heads": 3 | num_key_value_heads
          "num_hidden_layers": 3     | "num_hidden_layers": 2.5 | num_hidden_layers
          "rms_norm_eps": 1e-5       | "rms_norm_eps": 0        | rms_norm_eps
          "hidden_size": 64          | "head_dim": 7, "hidden_size": 64 | head_dim
          ["LlamaForCausalLM"]       | []                       | architectures
          "vocab_size": 50           | "vocab_size": 50, "vocab_size": 51 | vocab_size
          "vocab_size": 50           | "eos_token_id": "</s>", "vocab_size": 50 | eos_token_id
          """)
  void broken_sizes_are_named(String from, String to, String named) {
    assertRefused(LLAMA.formatted("").replace(from, to), ErrorCode.MODEL_DAMAGED, named);
  }

  @Test
  void text_that_is_not_json() {
    assertRefused("{", ErrorCode.MODEL_DAMAGED, "config.json");
    assertRefused("[]", ErrorCode.MODEL_DAMAGED, "config.json");
    assertRefused("", ErrorCode.MODEL_DAMAGED, "config.json");
  }

  @Test
  void missing_folder_and_file() {
    assertThatThrownBy(() -> ModelConfig.read(folder))
        .isInstanceOfSatisfying(
            CaudalException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND))
        .hasMessageContaining("config.json");
    assertThatThrownBy(() -> ModelFolder.resolve(folder.resolve("none").toString()))
        .isInstanceOfSatisfying(
            CaudalException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND))
        .hasMessageContaining("model.path");
  }

  @Test
  void the_bundled_model_is_unpacked_once() {
    Path bundled = ModelFolder.resolve(ModelSettings.BUNDLED);
    assertThat(ModelFolder.resolve(ModelSettings.BUNDLED)).isEqualTo(bundled);
    assertThat(ModelConfig.read(bundled).stopIds()).containsExactlyInAnyOrder(0, 2);
    assertThat(bundled.resolve("tokenizer.json")).isRegularFile();
    assertThat(bundled.resolve("tokenizer_config.json")).isRegularFile();
  }

  private ModelConfig read(String more) throws IOException {
    Files.writeString(folder.resolve("config.json"), LLAMA.formatted(more));
    return ModelConfig.read(folder);
  }

  private void assertRefused(String json, ErrorCode code, String named) {
    assertThatThrownBy(
            () -> {
              Files.writeString(folder.resolve("config.json"), json);
              ModelConfig.read(folder);
            })
        .isInstanceOfSatisfying(CaudalException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(named);
  }
}
