package io.caudal.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/** Turns a folder's JSON into a {@link ModelConfig}; what the decoder can't compute is refused. */
final class ModelConfigReader {
  private final Path folder;
  private final JsonFile config;

  ModelConfigReader(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new CaudalException(
          ErrorCode.MODEL_NOT_FOUND, "no folder " + folder + "; set model.path to a model folder");
    }
    this.folder = folder;
    this.config = JsonFile.read(folder.resolve("config.json"));
  }

  ModelConfig read() {
    Architecture architecture = architecture();
    refuseUnsupported();
    int heads = config.size("num_attention_heads");
    int kvHeads = config.size("num_key_value_heads", heads);
    int hidden = config.size("hidden_size");
    int headDim = config.size("head_dim", Math.max(1, hidden / heads));
    if (heads % kvHeads != 0) {
      throw config.damaged("num_key_value_heads", "a divisor of num_attention_heads " + heads);
    }
    if (headDim % 2 != 0) {
      throw config.damaged("head_dim", "even (hidden_size / num_attention_heads by default)");
    }
    boolean attentionBias = config.flag("attention_bias", false);
    return new ModelConfig(
        architecture,
        hidden,
        config.size("num_hidden_layers"),
        heads,
        kvHeads,
        headDim,
        config.size("intermediate_size"),
        config.size("vocab_size"),
        contextTokens(architecture),
        config.number("rms_norm_eps", 1e-6),
        ropeTheta(),
        ropeScaling(),
        config.flag("tie_word_embeddings", false),
        architecture == Architecture.QWEN2 || attentionBias,
        architecture != Architecture.QWEN2 && attentionBias,
        config.flag("mlp_bias", false),
        stopIds());
  }

  private Architecture architecture() {
    JsonNode names = config.root().path("architectures");
    String name = names.path(0).asText("");
    if (names.size() != 1 || name.isEmpty()) {
      throw config.damaged("architectures", "a list of one name");
    }
    return Architecture.of(name)
        .orElseThrow(
            () ->
                config.unsupported(
                    "architecture " + name + " is not one of " + Architecture.names()));
  }

  private void refuseUnsupported() {
    if (config.has("quantization_config")) {
      String method = config.root().get("quantization_config").path("quant_method").asText("?");
      throw config.unsupported(
          "quantization_config (" + method + "): only fp32, fp16 and bf16 weights can be read");
    }
    String activation = config.text("hidden_act", "silu");
    if (!activation.equals("silu")) {
      throw config.unsupported("hidden_act " + activation + " is not silu");
    }
    double rotated = config.number("partial_rotary_factor", 1);
    if (rotated != 1) {
      throw config.unsupported("partial_rotary_factor " + rotated + " is not 1");
    }
  }

  private int contextTokens(Architecture architecture) {
    int positions = config.size("max_position_embeddings");
    boolean windowed =
        architecture == Architecture.MISTRAL || config.flag("use_sliding_window", false);
    return windowed ? Math.min(positions, config.size("sliding_window", positions)) : positions;
  }

  /** Older files say {@code rope_scaling} and {@code rope_theta}, newer ones both in one object. */
  private JsonFile rope() {
    return config.has("rope_parameters") ? config.in("rope_parameters") : config;
  }

  private double ropeTheta() {
    return rope().number("rope_theta", config.number("rope_theta", 10_000));
  }

  private RopeScaling ropeScaling() {
    JsonFile rope;
    if (config.has("rope_parameters")) {
      rope = config.in("rope_parameters");
    } else if (config.has("rope_scaling")) {
      rope = config.in("rope_scaling");
    } else {
      return RopeScaling.NONE;
    }
    String type = rope.text("rope_type", rope.text("type", "default"));
    return switch (type) {
      case "default" -> RopeScaling.NONE;
      case "linear" -> new RopeScaling(RopeScaling.Kind.LINEAR, rope.number("factor"), 0, 0, 0);
      case "llama3" -> llama3(rope);
      default ->
          throw config.unsupported("rope type " + type + " is not one of default, linear, llama3");
    };
  }

  private static RopeScaling llama3(JsonFile rope) {
    double low = rope.number("low_freq_factor");
    double high = rope.number("high_freq_factor");
    if (high <= low) {
      throw rope.damaged("high_freq_factor", "above low_freq_factor " + low);
    }
    return new RopeScaling(
        RopeScaling.Kind.LLAMA3,
        rope.number("factor"),
        low,
        high,
        rope.size("original_max_position_embeddings"));
  }

  private Set<Integer> stopIds() {
    Path file = folder.resolve("generation_config.json");
    if (Files.exists(file)) {
      JsonFile generation = JsonFile.read(file);
      if (generation.has("eos_token_id")) {
        return ids(generation);
      }
    }
    return config.has("eos_token_id") ? ids(config) : Set.of();
  }

  private static Set<Integer> ids(JsonFile file) {
    JsonNode node = file.root().get("eos_token_id");
    Set<Integer> ids = new LinkedHashSet<>();
    for (JsonNode id : node.isArray() ? node : Set.of(node)) {
      if (!id.canConvertToInt() || !id.isIntegralNumber() || id.intValue() < 0) {
        throw file.damaged("eos_token_id", "a token id or a list of them");
      }
      ids.add(id.intValue());
    }
    return Set.copyOf(ids);
  }
}
