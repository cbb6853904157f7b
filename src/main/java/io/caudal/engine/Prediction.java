package io.caudal.engine;

/**
 * What the model says of what follows a position.
 *
 * @param token the one that was wanted: the likeliest, or one that was drawn
 * @param logits in fp32, [vocabulary], the caller's; empty if only a token was wanted
 */
public record Prediction(int token, float[] logits) {
  private static final float[] NONE = {};

  public static Prediction of(int token) {
    return new Prediction(token, NONE);
  }

  public static Prediction of(float[] logits) {
    return new Prediction(Sampler.NONE, logits);
  }
}
