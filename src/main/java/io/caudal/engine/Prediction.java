package io.caudal.engine;

/**
 * What the model says of what follows a position.
 *
 * @param likeliest the lowest id among those of the largest logits, if that was all that was wanted
 * @param logits in fp32, [vocabulary], the caller's; empty if only the likeliest was wanted
 */
public record Prediction(int likeliest, float[] logits) {
  private static final float[] NONE = {};

  public static Prediction of(int likeliest) {
    return new Prediction(likeliest, NONE);
  }

  public static Prediction of(float[] logits) {
    return new Prediction(Sampler.NONE, logits);
  }
}
