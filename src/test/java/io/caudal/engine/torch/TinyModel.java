package io.caudal.engine.torch;

import io.caudal.engine.model.ModelConfig;
import io.caudal.engine.model.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** A model folder with random weights of any family, written for a test. */
final class TinyModel {
  private final ModelConfig config;
  private final Map<String, float[]> weights = new LinkedHashMap<>();
  private final SafetensorsWriter writer = new SafetensorsWriter();
  private final Random random = new Random(7);

  private TinyModel(ModelConfig config) {
    this.config = config;
  }

  /** Writes {@code config.json} and weights that fit it. */
  static TinyModel write(Path folder, String configJson) throws IOException {
    Files.writeString(folder.resolve("config.json"), configJson);
    TinyModel model = new TinyModel(ModelConfig.read(folder));
    model.fill();
    model.writer.write(folder.resolve("model.safetensors"));
    return model;
  }

  static void rewriteConfig(Path folder, String configJson) throws IOException {
    Files.writeString(folder.resolve("config.json"), configJson);
  }

  ModelConfig config() {
    return config;
  }

  Map<String, float[]> weights() {
    return weights;
  }

  private void fill() {
    int hidden = config.hidden();
    int queries = config.heads() * config.headDim();
    int keys = config.kvHeads() * config.headDim();
    matrix("model.embed_tokens.weight", config.vocabulary(), hidden, 1);
    for (int i = 0; i < config.layers(); i++) {
      String layer = "model.layers." + i + ".";
      norm(layer + "input_layernorm.weight", hidden);
      linear(layer + "self_attn.q_proj", queries, hidden, config.qkvBias());
      linear(layer + "self_attn.k_proj", keys, hidden, config.qkvBias());
      linear(layer + "self_attn.v_proj", keys, hidden, config.qkvBias());
      linear(layer + "self_attn.o_proj", hidden, queries, config.outputBias());
      if (config.architecture().normsQueriesAndKeys()) {
        norm(layer + "self_attn.q_norm.weight", config.headDim());
        norm(layer + "self_attn.k_norm.weight", config.headDim());
      }
      norm(layer + "post_attention_layernorm.weight", hidden);
      linear(layer + "mlp.gate_proj", config.intermediate(), hidden, config.mlpBias());
      linear(layer + "mlp.up_proj", config.intermediate(), hidden, config.mlpBias());
      linear(layer + "mlp.down_proj", hidden, config.intermediate(), config.mlpBias());
    }
    norm("model.norm.weight", hidden);
    if (!config.tiedEmbeddings()) {
      matrix("lm_head.weight", config.vocabulary(), hidden, Math.sqrt(hidden));
    }
  }

  private void linear(String name, int rows, int columns, boolean bias) {
    matrix(name + ".weight", rows, columns, Math.sqrt(columns));
    if (bias) {
      add(name + ".bias", numbers(rows, 0, 0.5), rows);
    }
  }

  private void matrix(String name, int rows, int columns, double divisor) {
    add(name, numbers(rows * columns, 0, 1 / divisor), rows, columns);
  }

  private void norm(String name, int size) {
    add(name, numbers(size, 1, 0.2), size);
  }

  private float[] numbers(int count, double mean, double deviation) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) (mean + deviation * random.nextGaussian());
    }
    return numbers;
  }

  private void add(String name, float[] numbers, long... shape) {
    weights.put(name, numbers);
    writer.add(name, numbers, shape);
  }
}
