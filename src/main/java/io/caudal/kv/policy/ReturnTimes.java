package io.caudal.kv.policy;

import java.util.Arrays;

/**
 * How entries of each trait come back, learned as it happens: for each bucket of idle time, returns
 * and time at risk, whose ratio is the rate of return (hazard). An entry that is still idle, or was
 * evicted and is remembered, counts as long as it has been idle, so that nothing is assumed of it.
 *
 * <p>A node of {@link Traits} that has seen little leans on its parent (as if it had seen {@value
 * #TRUST} return at the parent's rate); the root leans on the next shorter bucket, at a rate that
 * falls as one over the idle time. Counts are halved every {@value #HALF_LIFE} returns, so that it
 * follows a workload that changes.
 */
final class ReturnTimes {
  private static final double TRUST = 1;
  private static final double ROOT_TRUST = 0.5;
  private static final double FIRST_RATE = 1e-6;
  private static final double LEAST_RATE = 1e-15;
  private static final int HALF_LIFE = 20_000;

  private final double[][] returns = new double[Traits.COUNT][IdleBuckets.COUNT];
  private final double[][] atRisk = new double[Traits.COUNT][IdleBuckets.COUNT];
  private final int[][] idle = new int[Traits.COUNT][IdleBuckets.COUNT];
  private final long[][] since = new long[Traits.COUNT][IdleBuckets.COUNT];
  private int returnsSinceHalved;

  /** An entry's idle time has reached the bucket. */
  void enter(int trait, int bucket, long nowMillis) {
    settle(trait, bucket, nowMillis);
    idle[trait][bucket]++;
  }

  /** It has passed the bucket, or isn't followed any more. */
  void leave(int trait, int bucket, long nowMillis) {
    settle(trait, bucket, nowMillis);
    idle[trait][bucket]--;
  }

  /** It left because it came back. */
  void returned(int trait, int bucket) {
    returns[trait][bucket]++;
    if (++returnsSinceHalved >= HALF_LIFE) {
      returnsSinceHalved = 0;
      for (int node = 0; node < Traits.COUNT; node++) {
        for (int b = 0; b < IdleBuckets.COUNT; b++) {
          returns[node][b] /= 2;
          atRisk[node][b] /= 2;
        }
      }
    }
  }

  /** Returns a ms and idle entry, {@code [trait, bucket]}. */
  double[][] rates(long nowMillis) {
    double[][] seen = new double[Traits.COUNT][];
    double[][] risk = new double[Traits.COUNT][];
    for (int node = 0; node < Traits.COUNT; node++) {
      for (int bucket = 0; bucket < IdleBuckets.COUNT; bucket++) {
        settle(node, bucket, nowMillis);
      }
      seen[node] = returns[node].clone();
      risk[node] = atRisk[node].clone();
    }
    for (int node = Traits.COUNT - 1; node > 0; node--) {
      add(seen[Traits.parent(node)], seen[node]);
      add(risk[Traits.parent(node)], risk[node]);
    }
    double[][] rates = new double[Traits.COUNT][IdleBuckets.COUNT];
    double before = FIRST_RATE;
    for (int bucket = 0; bucket < IdleBuckets.COUNT; bucket++) {
      double rate = (seen[0][bucket] + ROOT_TRUST) / (risk[0][bucket] + ROOT_TRUST / before);
      rates[0][bucket] = rate;
      before = Math.max(rate / IdleBuckets.RATIO, LEAST_RATE);
    }
    for (int node = 1; node < Traits.COUNT; node++) {
      double[] parent = rates[Traits.parent(node)];
      for (int bucket = 0; bucket < IdleBuckets.COUNT; bucket++) {
        rates[node][bucket] =
            (seen[node][bucket] + TRUST) / (risk[node][bucket] + TRUST / parent[bucket]);
      }
    }
    return rates;
  }

  private void settle(int trait, int bucket, long nowMillis) {
    if (idle[trait][bucket] > 0) {
      atRisk[trait][bucket] += (double) idle[trait][bucket] * (nowMillis - since[trait][bucket]);
    }
    since[trait][bucket] = nowMillis;
  }

  private static void add(double[] to, double[] more) {
    Arrays.setAll(to, i -> to[i] + more[i]);
  }
}
