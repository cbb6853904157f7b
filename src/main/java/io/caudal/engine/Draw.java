package io.caudal.engine;

/**
 * Wanted is a token that is drawn as likely as the model holds it. Which one depends on the logits,
 * on this and on the position, on nothing else.
 *
 * @param temperature divides logits; above 0
 * @param topK at most so many of the likeliest; 0 for all
 * @param topP of these the fewest that have this share of their probability, (0, 1]
 * @param minP none less likely than this share of the likeliest, [0, 1)
 */
public record Draw(double temperature, int topK, double topP, double minP, long seed)
    implements Wanted {

  /** Whether some tokens can't be drawn. */
  public boolean isCut() {
    return topK > 0 || topP < 1 || minP > 0;
  }

  /** A number in [0, 1) that says which token follows {@code position} others. */
  public double uniform(int position) {
    return number(position) * 0x1.0p-53;
  }

  /**
   * The same, of 53 bits: a counter-based generator (Salmon et al. 2011) of two rounds of
   * SplitMix64's finalizer.
   */
  public long number(int position) {
    return mix(mix(seed) + position * 0x9e3779b97f4a7c15L) >>> 11;
  }

  private static long mix(long x) {
    long z = x + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
