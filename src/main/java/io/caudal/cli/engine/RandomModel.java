package io.caudal.cli.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Writes a Hugging Face Llama folder with random bf16 weights, tied embeddings, no end token and a
 * tokenizer of single bytes and made-up words.
 */
final class RandomModel {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double DEVIATION = 0.02;
  private static final int CONTEXT = 8192;
  private static final int BYTES = 256;

  private RandomModel() {}

  static void write(ModelShapes shape, long seed, Path folder) throws IOException {
    JSON.writeValue(folder.resolve("config.json").toFile(), config(shape));
    JSON.writeValue(folder.resolve("tokenizer.json").toFile(), tokenizer(shape.vocabulary()));
    weights(shape, new SplittableRandom(seed), folder.resolve("model.safetensors"));
  }

  private static ObjectNode config(ModelShapes shape) {
    ObjectNode config = JSON.createObjectNode();
    config.putArray("architectures").add("LlamaForCausalLM");
    return config
        .put("model_type", "llama")
        .put("hidden_size", shape.hidden())
        .put("num_hidden_layers", shape.layers())
        .put("num_attention_heads", shape.heads())
        .put("num_key_value_heads", shape.kvHeads())
        .put("head_dim", shape.headDim())
        .put("intermediate_size", shape.intermediate())
        .put("vocab_size", shape.vocabulary())
        .put("max_position_embeddings", CONTEXT)
        .put("rms_norm_eps", 1e-5)
        .put("rope_theta", 10000.0)
        .put("hidden_act", "silu")
        .put("tie_word_embeddings", true)
        .put("torch_dtype", "bfloat16");
  }

  private static ObjectNode tokenizer(int vocabulary) {
    ObjectNode tokenizer = JSON.createObjectNode().put("version", "1.0");
    tokenizer.putArray("added_tokens");
    ObjectNode byteLevel =
        JSON.createObjectNode()
            .put("type", "ByteLevel")
            .put("add_prefix_space", false)
            .put("trim_offsets", false)
            .put("use_regex", false);
    tokenizer.set("pre_tokenizer", byteLevel);
    tokenizer.set("decoder", byteLevel);
    ObjectNode model = tokenizer.putObject("model").put("type", "BPE");
    ObjectNode words = model.putObject("vocab");
    for (int id = 0; id < vocabulary; id++) {
      words.put(id < BYTES ? byteName(id) : "w" + id, id);
    }
    model.putArray("merges");
    return tokenizer;
  }

  /** GPT-2's printable stand-in for a byte: itself where printable, else shifted above 255. */
  private static String byteName(int value) {
    int shifted = 0;
    for (int b = 0; b < value; b++) {
      shifted += isPrintable(b) ? 0 : 1;
    }
    return Character.toString(isPrintable(value) ? value : BYTES + shifted);
  }

  private static boolean isPrintable(int b) {
    return (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || (b >= 0xae && b <= 0xff);
  }

  private static void weights(ModelShapes shape, SplittableRandom random, Path file)
      throws IOException {
    Map<String, int[]> tensors = tensors(shape);
    ObjectNode header = JSON.createObjectNode();
    long offset = 0;
    for (Map.Entry<String, int[]> tensor : tensors.entrySet()) {
      long bytes = 2;
      ObjectNode entry = header.putObject(tensor.getKey()).put("dtype", "BF16");
      for (int size : tensor.getValue()) {
        entry.withArray("shape").add(size);
        bytes *= size;
      }
      entry.putArray("data_offsets").add(offset).add(offset + bytes);
      offset += bytes;
    }
    byte[] json = JSON.writeValueAsString(header).getBytes(StandardCharsets.UTF_8);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      out.write(
          ByteBuffer.allocate(Long.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(json.length)
              .array());
      out.write(json);
      for (int[] dimensions : tensors.values()) {
        numbers(dimensions, random, out);
      }
    }
  }

  private static Map<String, int[]> tensors(ModelShapes shape) {
    Map<String, int[]> tensors = new LinkedHashMap<>();
    int hidden = shape.hidden();
    int queries = shape.heads() * shape.headDim();
    int keys = shape.kvHeads() * shape.headDim();
    tensors.put("model.embed_tokens.weight", new int[] {shape.vocabulary(), hidden});
    for (int layer = 0; layer < shape.layers(); layer++) {
      String prefix = "model.layers." + layer + ".";
      tensors.put(prefix + "input_layernorm.weight", new int[] {hidden});
      tensors.put(prefix + "self_attn.q_proj.weight", new int[] {queries, hidden});
      tensors.put(prefix + "self_attn.k_proj.weight", new int[] {keys, hidden});
      tensors.put(prefix + "self_attn.v_proj.weight", new int[] {keys, hidden});
      tensors.put(prefix + "self_attn.o_proj.weight", new int[] {hidden, queries});
      tensors.put(prefix + "post_attention_layernorm.weight", new int[] {hidden});
      tensors.put(prefix + "mlp.gate_proj.weight", new int[] {shape.intermediate(), hidden});
      tensors.put(prefix + "mlp.up_proj.weight", new int[] {shape.intermediate(), hidden});
      tensors.put(prefix + "mlp.down_proj.weight", new int[] {hidden, shape.intermediate()});
    }
    tensors.put("model.norm.weight", new int[] {hidden});
    return tensors;
  }

  /** Norm weights are 1; all others are normal around 0. */
  private static void numbers(int[] dimensions, SplittableRandom random, OutputStream out)
      throws IOException {
    int rowLength = dimensions[dimensions.length - 1];
    int rows = dimensions.length == 1 ? 1 : dimensions[0];
    ByteBuffer row = ByteBuffer.allocate(rowLength * 2).order(ByteOrder.LITTLE_ENDIAN);
    for (int r = 0; r < rows; r++) {
      row.clear();
      for (int i = 0; i < rowLength; i++) {
        double value = dimensions.length == 1 ? 1 : random.nextGaussian() * DEVIATION;
        row.putShort((short) (Float.floatToIntBits((float) value) >>> 16));
      }
      out.write(row.array());
    }
  }
}
