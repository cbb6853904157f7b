package io.caudal.cli.engine;

/** How far next-token distributions are from those they should be, summed up over positions. */
final class Divergence {
  private int positions;
  private int same;
  private double sum;
  private double most;

  /** Adds one position's logits. */
  void add(float[] exact, float[] other) {
    double[] p = logSoftmax(exact);
    double[] q = logSoftmax(other);
    double divergence = 0;
    for (int id = 0; id < p.length; id++) {
      divergence += Math.exp(p[id]) * (p[id] - q[id]);
    }
    positions++;
    same += likeliest(exact) == likeliest(other) ? 1 : 0;
    sum += divergence;
    most = Math.max(most, divergence);
  }

  /** Share of positions at which the likeliest token is the same. */
  double sameTokens() {
    return (double) same / positions;
  }

  /** Mean Kullback-Leibler divergence of the other from the exact distribution, in nats. */
  double mean() {
    return sum / positions;
  }

  /** The largest at one position. */
  double most() {
    return most;
  }

  static double[] logSoftmax(float[] logits) {
    double max = logits[likeliest(logits)];
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - max);
    }
    double all = max + Math.log(sum);
    double[] logProbabilities = new double[logits.length];
    for (int id = 0; id < logits.length; id++) {
      logProbabilities[id] = logits[id] - all;
    }
    return logProbabilities;
  }

  static int likeliest(float[] logits) {
    int best = 0;
    for (int id = 1; id < logits.length; id++) {
      best = logits[id] > logits[best] ? id : best;
    }
    return best;
  }
}
