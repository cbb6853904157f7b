package io.caudal.kv.policy;

import java.util.Comparator;
import java.util.NavigableSet;
import java.util.TreeSet;

/** Candidates that are worth the same: of one trait, cost and bucket of idle time; oldest first. */
final class Cell<E extends KvEntry> {
  static final Comparator<Cell<?>> BY_VALUE =
      Comparator.<Cell<?>>comparingDouble(c -> c.value)
          .thenComparing(c -> c.bucket, Comparator.reverseOrder())
          .thenComparingInt(c -> c.trait)
          .thenComparingInt(c -> c.cost);

  final int trait;
  final int cost;
  final int bucket;
  final NavigableSet<E> entries = new TreeSet<>(BookedPolicy.BY_AGE);
  double value;
  int rank;

  Cell(int trait, int cost, int bucket) {
    this.trait = trait;
    this.cost = cost;
    this.bucket = bucket;
  }
}
