package io.caudal.engine.model;

import java.nio.file.Path;
import java.util.Set;

/**
 * A decoder's sizes and switches, as {@code config.json} and {@code generation_config.json} say.
 *
 * @param layers decoder layers
 * @param kvHeads heads of keys and values; {@code heads} is a multiple
 * @param contextTokens most positions; a sliding window shorter than the model's positions limits
 *     them to the window, within which windowed and full attention are the same
 * @param tiedEmbeddings whether the embedding is also the output layer
 * @param qkvBias whether q, k and v have biases
 * @param outputBias whether the attention's output layer has a bias
 * @param mlpBias whether gate, up and down have biases
 * @param stopIds tokens that end an answer; may be empty
 */
public record ModelConfig(
    Architecture architecture,
    int hidden,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    int intermediate,
    int vocabulary,
    int contextTokens,
    double normEpsilon,
    double ropeTheta,
    RopeScaling ropeScaling,
    boolean tiedEmbeddings,
    boolean qkvBias,
    boolean outputBias,
    boolean mlpBias,
    Set<Integer> stopIds) {

  /**
   * Reads a model folder's {@code config.json} and, where there is one, {@code
   * generation_config.json}.
   *
   * @throws io.caudal.error.CaudalException {@code MODEL_NOT_FOUND}, {@code MODEL_DAMAGED} or
   *     {@code MODEL_UNSUPPORTED}
   */
  public static ModelConfig read(Path folder) {
    return new ModelConfigReader(folder).read();
  }

  public double[] inverseFrequencies() {
    return ropeScaling.inverseFrequencies(headDim, ropeTheta);
  }
}
