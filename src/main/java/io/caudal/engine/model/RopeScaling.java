package io.caudal.engine.model;

/**
 * How rotary frequencies are stretched for contexts longer than the model was first trained on.
 *
 * @param factor 1 for {@code NONE}
 * @param lowFrequencyFactor of {@code LLAMA3}, else 0
 * @param highFrequencyFactor of {@code LLAMA3}, else 0
 * @param originalPositions of {@code LLAMA3}, else 0
 */
public record RopeScaling(
    Kind kind,
    double factor,
    double lowFrequencyFactor,
    double highFrequencyFactor,
    int originalPositions) {

  /** The rule that is applied to each frequency. */
  public enum Kind {
    NONE,
    LINEAR,
    LLAMA3
  }

  public static final RopeScaling NONE = new RopeScaling(Kind.NONE, 1, 0, 0, 0);

  /**
   * Radians a position for each pair of a head's dimensions, {@code [headDim / 2]}.
   *
   * <p>LLAMA3 is Hugging Face's {@code _compute_llama3_parameters}: long waves are divided by the
   * factor, short ones kept, those between are blended.
   */
  public double[] inverseFrequencies(int headDim, double theta) {
    double[] frequencies = new double[headDim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      double frequency = Math.pow(theta, -2.0 * i / headDim);
      frequencies[i] =
          switch (kind) {
            case NONE -> frequency;
            case LINEAR -> frequency / factor;
            case LLAMA3 -> stretched(frequency);
          };
    }
    return frequencies;
  }

  private double stretched(double frequency) {
    double waves = originalPositions * frequency / (2 * Math.PI);
    if (waves < lowFrequencyFactor) {
      return frequency / factor;
    }
    if (waves > highFrequencyFactor) {
      return frequency;
    }
    double kept = (waves - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
    return (1 - kept) * frequency / factor + kept * frequency;
  }
}
