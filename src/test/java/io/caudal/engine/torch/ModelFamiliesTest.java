package io.caudal.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caudal.config.Dtype;
import io.caudal.config.ModelSettings;
import io.caudal.engine.Chunk;
import io.caudal.engine.LoadedModel;
import io.caudal.engine.ModelRunner;
import io.caudal.engine.Wanted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each family and switch, as the reference computes it. */
class ModelFamiliesTest {
  private static final int TOKENS = 24;
  private static final double EXACT = 1e-4;

  private final Path folder;

  ModelFamiliesTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          LlamaForCausalLM   | "num_key_value_heads": 2
          LlamaForCausalLM   | "tie_word_embeddings": true
          LlamaForCausalLM   | "attention_bias": true, "mlp_bias": true
          LlamaForCausalLM   | "num_key_value_heads": 1, "head_dim": 10
          LlamaForCausalLM   | "rope_scaling": {"type": "linear", "factor": 4.0}
          LlamaForCausalLM   | "rope_theta": 500.0, "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}
          LlamaForCausalLM   | "rope_parameters": {"rope_theta": 1000.0, "rope_type": "default"}
          MistralForCausalLM | "num_key_value_heads": 2, "sliding_window": 32
          Qwen2ForCausalLM   | "num_key_value_heads": 2, "tie_word_embeddings": true
          Qwen3ForCausalLM   | "num_key_value_heads": 2, "head_dim": 16
          """)
  void logits_are_the_reference(String architecture, String switches) throws IOException {
    TinyModel tiny =
        TinyModel.write(
            folder,
            """
            {"architectures": ["%s"], "hidden_size": 48, "num_hidden_layers": 2,
             "num_attention_heads": 6, "intermediate_size": 40, "vocab_size": 97,
             "max_position_embeddings": 128, "rms_norm_eps": 1e-5, "hidden_act": "silu", %s}
            """
                .formatted(architecture, switches));
    int[] tokens = new Random(3).ints(TOKENS, 0, tiny.config().vocabulary()).toArray();
    double[] expected = new ReferenceDecoder(tiny).logits(tokens);

    assertClose(tokens, expected, Dtype.FP32, EXACT);
    assertClose(tokens, expected, Dtype.FP16, 1e-3);
    assertClose(tokens, expected, Dtype.BF16, 0.05);
  }

  /** So long that attention is computed in other parts towards its end. */
  @Test
  void a_long_prompt_has_the_same_logits_in_bf16_and_chunk_by_chunk() throws IOException {
    TinyModel.write(
        folder,
        """
        {"architectures": ["LlamaForCausalLM"], "hidden_size": 48, "num_hidden_layers": 2,
         "num_attention_heads": 6, "num_key_value_heads": 2, "intermediate_size": 40,
         "vocab_size": 97, "max_position_embeddings": 8192, "hidden_act": "silu"}
        """);
    int[] tokens = new Random(4).ints(4_500, 0, 97).toArray();
    float[] whole = logits(tokens, Dtype.FP32, tokens.length);
    double[] expected = IntStream.range(0, whole.length).mapToDouble(i -> whole[i]).toArray();
    assertClose(logits(tokens, Dtype.FP32, 1_000), expected, EXACT);
    assertClose(logits(tokens, Dtype.BF16, tokens.length), expected, 0.05);
    assertClose(logits(tokens, Dtype.BF16, 700), expected, 0.05);
  }

  private float[] logits(int[] tokens, Dtype dtype, int chunk) {
    ModelSettings settings =
        new ModelSettings(folder.toString(), "", dtype, "cpu", true, List.of());
    try (LoadedModel model = new TorchModelFactory().load(settings);
        ModelRunner runner = model.newRunner(1)) {
      runner.reserve(0, tokens.length);
      float[] last = {};
      for (int from = 0; from < tokens.length; from += chunk) {
        int[] next = Arrays.copyOfRange(tokens, from, Math.min(tokens.length, from + chunk));
        last = runner.forward(List.of(new Chunk(0, from, next, Wanted.LOGITS))).get(0).logits();
      }
      return last;
    }
  }

  /** All at once, and the last one by itself. */
  private void assertClose(int[] tokens, double[] expected, Dtype dtype, double most) {
    ModelSettings settings =
        new ModelSettings(folder.toString(), "", dtype, "cpu", true, List.of());
    try (LoadedModel model = new TorchModelFactory().load(settings);
        ModelRunner runner = model.newRunner(1)) {
      runner.reserve(0, TOKENS);
      assertClose(
          runner.forward(List.of(new Chunk(0, 0, tokens, Wanted.LOGITS))).get(0).logits(),
          expected,
          most);
      int[] start = Arrays.copyOf(tokens, TOKENS - 1);
      int[] last = {tokens[TOKENS - 1]};
      runner.forward(List.of(new Chunk(0, 0, start, Wanted.NOTHING)));
      assertClose(
          runner.forward(List.of(new Chunk(0, TOKENS - 1, last, Wanted.LOGITS))).get(0).logits(),
          expected,
          most);
    }
  }

  private static void assertClose(float[] actual, double[] expected, double most) {
    assertThat(actual).hasSize(expected.length);
    double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
    double within = most == EXACT ? EXACT : most * Math.max(1, largest);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i]).as("logit %d", i).isCloseTo(expected[i], within(within));
    }
  }
}
