package io.caudal.engine.torch;

import ai.djl.pytorch.jni.IValue;
import io.caudal.engine.model.Checkpoint;
import io.caudal.engine.model.ModelConfig;
import io.caudal.engine.model.Weight;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Hands a checkpoint's tensors to a decoder module, role by role and layer by layer. Rows of
 * several tensors become one role by being handed over one after the other.
 */
final class WeightLoader {
  private final DecoderModule module;
  private final Checkpoint checkpoint;
  private final ModelConfig config;
  private final Set<String> read = new HashSet<>();

  WeightLoader(DecoderModule module, Checkpoint checkpoint, ModelConfig config) {
    this.module = module;
    this.checkpoint = checkpoint;
    this.config = config;
  }

  void load() {
    long hidden = config.hidden();
    long vocabulary = config.vocabulary();
    rows("model.embed_tokens.weight", vocabulary, hidden);
    endTensor("embedding");
    for (int layer = 0; layer < config.layers(); layer++) {
      loadAttention("model.layers." + layer + ".");
      loadFeedForward("model.layers." + layer + ".");
    }
    norm("final_norm", "model.norm.weight", hidden);
    rows(
        config.tiedEmbeddings() ? "model.embed_tokens.weight" : "lm_head.weight",
        vocabulary,
        hidden);
    endLinear("head");
    refuseUnread();
  }

  /** A tensor that the decoder has no place for would be left out of every answer, unnoticed. */
  private void refuseUnread() {
    for (String name : checkpoint.names()) {
      boolean harmless = name.endsWith(".rotary_emb.inv_freq") || name.equals("lm_head.weight");
      if (!read.contains(name) && !harmless) {
        throw new CaudalException(
            ErrorCode.MODEL_UNSUPPORTED,
            String.format(
                "the weights have a tensor %s, which %s with this config.json does not",
                name, config.architecture().className()));
      }
    }
  }

  private void loadAttention(String layer) {
    long queries = (long) config.heads() * config.headDim();
    long keys = (long) config.kvHeads() * config.headDim();
    String attention = layer + "self_attn.";
    norm("attention_norm", layer + "input_layernorm.weight", config.hidden());
    linear(
        "qkv",
        config.qkvBias(),
        config.hidden(),
        new Rows(attention + "q_proj", queries),
        new Rows(attention + "k_proj", keys),
        new Rows(attention + "v_proj", keys));
    if (config.architecture().normsQueriesAndKeys()) {
      norm("q_norm", attention + "q_norm.weight", config.headDim());
      norm("k_norm", attention + "k_norm.weight", config.headDim());
    }
    linear("out", config.outputBias(), queries, new Rows(attention + "o_proj", config.hidden()));
  }

  private void loadFeedForward(String layer) {
    norm("mlp_norm", layer + "post_attention_layernorm.weight", config.hidden());
    linear(
        "gate_up",
        config.mlpBias(),
        config.hidden(),
        new Rows(layer + "mlp.gate_proj", config.intermediate()),
        new Rows(layer + "mlp.up_proj", config.intermediate()));
    linear(
        "down",
        config.mlpBias(),
        config.intermediate(),
        new Rows(layer + "mlp.down_proj", config.hidden()));
  }

  /** One of the linear layers whose rows lie below each other in one role. */
  private record Rows(String name, long count) {}

  private void linear(String role, boolean bias, long columns, Rows... parts) {
    for (Rows part : parts) {
      rows(part.name() + ".weight", part.count(), columns);
    }
    endLinear(role);
    if (bias) {
      for (Rows part : parts) {
        rows(part.name() + ".bias", part.count());
      }
      endTensor(role + "_bias");
    }
  }

  private void norm(String role, String name, long size) {
    rows(name, size);
    endTensor(role);
  }

  private void rows(String name, Long... shape) {
    read.add(name);
    for (Weight slice : checkpoint.read(name, List.of(shape))) {
      module.runWithBytes(
          "add_rows",
          slice.data(),
          IValue.from(TorchDtype.of(slice.dtype()).code()),
          IValue.listFrom(slice.shape().stream().mapToLong(Long::longValue).toArray()));
    }
  }

  private void endTensor(String role) {
    module.run("end_tensor", IValue.from(role));
  }

  private void endLinear(String role) {
    module.run("end_linear", IValue.from(role));
  }
}
