package io.caudal.engine.torch;

import static java.util.Objects.requireNonNull;

import io.caudal.engine.model.ModelConfig;
import java.util.Arrays;
import java.util.Map;

/** The decoder as the papers write it, one number at a time in double: slow, plain, no KV kept. */
final class ReferenceDecoder {
  private final ModelConfig config;
  private final Map<String, float[]> weights;

  ReferenceDecoder(TinyModel model) {
    this.config = model.config();
    this.weights = model.weights();
  }

  /** Logits after the last token. */
  double[] logits(int[] tokens) {
    double[][] x = new double[tokens.length][];
    float[] embedding = weight("model.embed_tokens.weight");
    for (int t = 0; t < tokens.length; t++) {
      x[t] = new double[config.hidden()];
      for (int i = 0; i < config.hidden(); i++) {
        x[t][i] = embedding[tokens[t] * config.hidden() + i];
      }
    }
    for (int i = 0; i < config.layers(); i++) {
      String layer = "model.layers." + i + ".";
      addTo(x, attention(layer + "self_attn.", normed(x, layer + "input_layernorm")));
      addTo(x, feedForward(layer + "mlp.", normed(x, layer + "post_attention_layernorm")));
    }
    double[] last = norm(x[tokens.length - 1], weight("model.norm.weight"));
    float[] head = config.tiedEmbeddings() ? embedding : weight("lm_head.weight");
    return product(head, last);
  }

  private double[][] attention(String name, double[][] x) {
    int headDim = config.headDim();
    int group = config.heads() / config.kvHeads();
    double[][] q = linear(name + "q_proj", x);
    double[][] k = linear(name + "k_proj", x);
    double[][] v = linear(name + "v_proj", x);
    for (int t = 0; t < x.length; t++) {
      q[t] = rotated(headNormed(q[t], name + "q_norm"), t);
      k[t] = rotated(headNormed(k[t], name + "k_norm"), t);
    }
    double[][] out = new double[x.length][config.heads() * headDim];
    for (int t = 0; t < x.length; t++) {
      for (int head = 0; head < config.heads(); head++) {
        attend(out[t], q[t], k, v, t, head * headDim, head / group * headDim);
      }
    }
    return linear(name + "o_proj", out);
  }

  /** One head of one position: {@code from} is its first number in q, {@code kv} in k and v. */
  private void attend(
      double[] out, double[] q, double[][] k, double[][] v, int position, int from, int kv) {
    double[] scores = new double[position + 1];
    double sum = 0;
    for (int s = 0; s <= position; s++) {
      double score = 0;
      for (int i = 0; i < config.headDim(); i++) {
        score += q[from + i] * k[s][kv + i];
      }
      scores[s] = Math.exp(score / Math.sqrt(config.headDim()));
      sum += scores[s];
    }
    for (int s = 0; s <= position; s++) {
      for (int i = 0; i < config.headDim(); i++) {
        out[from + i] += scores[s] / sum * v[s][kv + i];
      }
    }
  }

  private double[] headNormed(double[] heads, String name) {
    float[] weight = weights.get(name + ".weight");
    if (weight == null) {
      return heads;
    }
    double[] out = new double[heads.length];
    for (int from = 0; from < heads.length; from += config.headDim()) {
      double[] head = norm(Arrays.copyOfRange(heads, from, from + config.headDim()), weight);
      System.arraycopy(head, 0, out, from, head.length);
    }
    return out;
  }

  private double[] rotated(double[] heads, int position) {
    int half = config.headDim() / 2;
    double[] frequencies = config.inverseFrequencies();
    double[] out = new double[heads.length];
    for (int from = 0; from < heads.length; from += config.headDim()) {
      for (int i = 0; i < half; i++) {
        double cos = Math.cos(position * frequencies[i]);
        double sin = Math.sin(position * frequencies[i]);
        out[from + i] = heads[from + i] * cos - heads[from + half + i] * sin;
        out[from + half + i] = heads[from + half + i] * cos + heads[from + i] * sin;
      }
    }
    return out;
  }

  private double[][] feedForward(String name, double[][] x) {
    double[][] gate = linear(name + "gate_proj", x);
    double[][] up = linear(name + "up_proj", x);
    for (int t = 0; t < x.length; t++) {
      for (int i = 0; i < gate[t].length; i++) {
        gate[t][i] = gate[t][i] / (1 + Math.exp(-gate[t][i])) * up[t][i];
      }
    }
    return linear(name + "down_proj", gate);
  }

  private double[][] linear(String name, double[][] x) {
    float[] weight = weight(name + ".weight");
    float[] bias = weights.get(name + ".bias");
    double[][] out = new double[x.length][];
    for (int t = 0; t < x.length; t++) {
      out[t] = product(weight, x[t]);
      for (int i = 0; bias != null && i < bias.length; i++) {
        out[t][i] += bias[i];
      }
    }
    return out;
  }

  /** {@code [rows, columns]} times {@code [columns]}. */
  private static double[] product(float[] matrix, double[] vector) {
    double[] out = new double[matrix.length / vector.length];
    for (int row = 0; row < out.length; row++) {
      for (int i = 0; i < vector.length; i++) {
        out[row] += matrix[row * vector.length + i] * vector[i];
      }
    }
    return out;
  }

  private double[][] normed(double[][] x, String name) {
    return Arrays.stream(x)
        .map(row -> norm(row, weight(name + ".weight")))
        .toArray(double[][]::new);
  }

  private double[] norm(double[] row, float[] weight) {
    double mean = Arrays.stream(row).map(value -> value * value).average().orElseThrow();
    double scale = 1 / Math.sqrt(mean + config.normEpsilon());
    double[] out = new double[row.length];
    for (int i = 0; i < row.length; i++) {
      out[i] = row[i] * scale * weight[i];
    }
    return out;
  }

  private static void addTo(double[][] x, double[][] more) {
    for (int t = 0; t < x.length; t++) {
      for (int i = 0; i < x[t].length; i++) {
        x[t][i] += more[t][i];
      }
    }
  }

  private float[] weight(String name) {
    return requireNonNull(weights.get(name), name);
  }
}
