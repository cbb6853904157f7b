package io.caudal.kv.policy;

/**
 * What a token of room is worth that an idle entry takes: expected returns for each ms that it is
 * kept, if it is kept for as long as makes that ratio largest. So an entry that can't come back yet
 * but soon will is worth keeping, and one whose time has passed is not.
 *
 * <p>It is Gittins' index of a stopping problem (J. C. Gittins, "Bandit processes and dynamic
 * allocation indices", JRSS B, 1979); ranking a cache by hits for the room and time they take is
 * LHD's idea (Beckmann, Chen, Cidon: "LHD: improving cache hit rate by maximizing hit density",
 * NSDI 2018, section 3), which looks at the whole remaining lifetime instead of the best stretch.
 * An entry of n tokens takes n times the room and saves n times the work, so its size cancels out.
 */
final class HitDensity {
  private static final double NEGLIGIBLE = 1e-3;

  private HitDensity() {}

  /** The index for each bucket of idle time, from the rate of return in each, per ms. */
  static double[] of(double[] rates) {
    int n = rates.length;
    double[] density = new double[n];
    double[] returns = new double[n];
    double[] time = new double[n];
    for (int bucket = 0; bucket < n; bucket++) {
      double width = IdleBuckets.width(bucket);
      returns[bucket] = -Math.expm1(-rates[bucket] * width);
      time[bucket] = returns[bucket] / rates[bucket];
    }
    for (int from = 0; from < n; from++) {
      double stillIdle = 1;
      double hits = 0;
      double kept = 0;
      for (int bucket = from; bucket < n && stillIdle > NEGLIGIBLE; bucket++) {
        hits += stillIdle * returns[bucket];
        kept += stillIdle * time[bucket];
        stillIdle *= 1 - returns[bucket];
        density[from] = Math.max(density[from], hits / kept);
      }
    }
    return density;
  }
}
