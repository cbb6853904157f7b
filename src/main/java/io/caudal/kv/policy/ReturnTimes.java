package io.caudal.kv.policy;

import java.util.Arrays;

/**
 * How entries of each trait come back, learned as it happens: for each bucket of idle time, returns
 * and time at risk, whose ratio is the rate of return (hazard). An entry that is still idle, or was
 * evicted and is remembered, counts as long as it has been idle, so that nothing is assumed of it.
 *
 * <p>A node of {@link Traits} has its parent's rate times a factor, which is returns seen over
 * returns expected at the parent's rate. They are counted in the bucket itself and in the ones
 * beside it, {@value #NEIGHBOR} as much for each bucket between, for kinds differ in much the same
 * way at idle times that are alike; and as if {@value #TRUST} more ({@value #LEAF_TRUST} for a
 * leaf) had been both expected and seen, so that who has seen little is judged as its parent is.
 * The root's parent is a rate that falls as one over the idle time. Counts are halved every {@value
 * #HALF_LIFE} returns, so that it follows a workload that changes.
 */
final class ReturnTimes {
  private static final double TRUST = 1;
  private static final double LEAF_TRUST = 3;
  private static final double NEIGHBOR = 0.5;
  private static final double FIRST_RATE = 1e-6;
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
    double[][] rates = new double[Traits.COUNT][];
    double[] falling = new double[IdleBuckets.COUNT];
    Arrays.setAll(falling, bucket -> FIRST_RATE * Math.pow(IdleBuckets.RATIO, -bucket));
    rates[0] = rates(rates(falling, seen[0], risk[0], TRUST, 1), seen[0], risk[0], TRUST, NEIGHBOR);
    for (int node = 1; node < Traits.COUNT; node++) {
      double trust = Traits.isLeaf(node) ? LEAF_TRUST : TRUST;
      rates[node] = rates(rates[Traits.parent(node)], seen[node], risk[node], trust, NEIGHBOR);
    }
    return rates;
  }

  private static double[] rates(
      double[] parent, double[] seen, double[] risk, double trust, double neighbor) {
    double[] expected = new double[parent.length];
    Arrays.setAll(expected, bucket -> risk[bucket] * parent[bucket]);
    double[] seenNear = near(seen, neighbor);
    double[] expectedNear = near(expected, neighbor);
    double[] rates = new double[parent.length];
    Arrays.setAll(rates, b -> parent[b] * (seenNear[b] + trust) / (expectedNear[b] + trust));
    return rates;
  }

  /** Each count and {@code neighbor} to the power of their distance of each of the others. */
  private static double[] near(double[] counts, double neighbor) {
    double[] near = counts.clone();
    double before = 0;
    double after = 0;
    for (int i = 0; i < counts.length; i++) {
      near[i] += before;
      before = neighbor * (before + counts[i]);
    }
    for (int i = counts.length - 1; i >= 0; i--) {
      near[i] += after;
      after = neighbor * (after + counts[i]);
    }
    return near;
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
