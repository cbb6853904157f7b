package io.caudal.kv.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Whoever is worth least for the room it takes makes way: what its return would save, times how
 * likely it is to come back for each ms that it is kept ({@link HitDensity}), by what was seen of
 * entries like it ({@link Traits}, {@link ReturnTimes}). Before it has seen anything it ranks as
 * LRU does.
 *
 * <p>All of one trait, cost and bucket of idle time are worth the same and lie in one {@link Cell};
 * an entry changes cells at most once for each bucket. What the cells are worth is computed anew
 * when a 64th more uses have been seen, or {@value #LAST_REFRESH}.
 */
final class AdaptivePolicy<E extends KvEntry> extends BookedPolicy<E> {
  private static final int FIRST_REFRESH = 64;
  private static final int LAST_REFRESH = 1024;

  /** Costs are told apart by steps of a square root of two. */
  private static final double COST_STEPS = 2;

  private static final int MOST_COST = 24;

  private record Key(int trait, int cost, int bucket) {}

  private final ReturnTimes returnTimes = new ReturnTimes();
  private final NavigableSet<E> byBucketEnd =
      new TreeSet<>(
          Comparator.<KvEntry>comparingLong(e -> e.bucketEnds).thenComparingLong(e -> e.id));
  private final Map<Key, Cell<E>> cells = new HashMap<>();
  private final List<Cell<E>> ranked = new ArrayList<>();
  private final double[][] density = new double[Traits.COUNT][];
  private long uses;
  private long learnAt;
  private boolean sorted;
  private long clock;

  /** No cell below this rank has candidates. */
  private int firstRank;

  AdaptivePolicy(long ttlMillis) {
    super(ttlMillis);
  }

  @Override
  void note(E entry, Use use, long nowMillis) {
    advance(nowMillis);
    unfollow(entry, true);
    entry.trait = Traits.of(entry, use);
    double log = Math.log(use.rebuildCost()) / Math.log(2);
    entry.cost = (int) Math.max(-MOST_COST, Math.min(MOST_COST, Math.round(COST_STEPS * log)));
    follow(entry, 0, clock + IdleBuckets.end(0));
    uses++;
  }

  @Override
  public void split(E head, E tail) {
    super.split(head, tail);
    head.trait = tail.trait;
    head.cost = tail.cost;
    if (tail.bucket >= 0) {
      follow(head, tail.bucket, tail.bucketEnds);
    }
  }

  @Override
  public void forget(E entry) {
    super.forget(entry);
    unfollow(entry, false);
  }

  @Override
  void enlist(E entry) {
    Cell<E> cell = cell(entry);
    cell.entries.add(entry);
    firstRank = Math.min(firstRank, cell.rank);
  }

  @Override
  void delist(E entry) {
    cell(entry).entries.remove(entry);
  }

  @Override
  @Nullable E lowest(long nowMillis) {
    advance(nowMillis);
    if (uses >= learnAt) {
      learn();
    }
    if (!sorted) {
      rank();
    }
    while (firstRank < ranked.size()) {
      NavigableSet<E> entries = ranked.get(firstRank).entries;
      if (!entries.isEmpty()) {
        return entries.first();
      }
      firstRank++;
    }
    return null;
  }

  /** Moves on all whose idle time has passed the end of its bucket. */
  private void advance(long nowMillis) {
    while (!byBucketEnd.isEmpty() && byBucketEnd.first().bucketEnds <= nowMillis) {
      E entry = byBucketEnd.first();
      if (entry.candidate) {
        delist(entry);
      }
      int next = entry.bucket + 1;
      long end = entry.bucketEnds;
      clock = Math.max(clock, end);
      unfollow(entry, false);
      follow(entry, next, end + IdleBuckets.end(next) - IdleBuckets.end(next - 1));
      if (entry.candidate) {
        enlist(entry);
      }
    }
    clock = Math.max(clock, nowMillis);
  }

  private void follow(E entry, int bucket, long bucketEnds) {
    entry.bucket = bucket;
    entry.bucketEnds = bucketEnds;
    returnTimes.enter(entry.trait, bucket, clock);
    if (bucket + 1 < IdleBuckets.COUNT) {
      byBucketEnd.add(entry);
    }
  }

  private void unfollow(E entry, boolean returned) {
    if (entry.bucket < 0) {
      return;
    }
    byBucketEnd.remove(entry);
    returnTimes.leave(entry.trait, entry.bucket, clock);
    if (returned) {
      returnTimes.returned(entry.trait, entry.bucket);
    }
    entry.bucket = -1;
  }

  private Cell<E> cell(E entry) {
    return cells.computeIfAbsent(
        new Key(entry.trait, entry.cost, Math.max(0, entry.bucket)),
        key -> {
          Cell<E> cell = new Cell<>(key.trait(), key.cost(), key.bucket());
          cell.rank = ranked.size();
          ranked.add(cell);
          sorted = false;
          return cell;
        });
  }

  private void learn() {
    double[][] rates = returnTimes.rates(clock);
    for (int trait = 0; trait < Traits.COUNT; trait++) {
      density[trait] = HitDensity.of(rates[trait]);
    }
    learnAt = uses + Math.max(FIRST_REFRESH, Math.min(LAST_REFRESH, uses / FIRST_REFRESH));
    sorted = false;
  }

  private void rank() {
    for (Cell<E> cell : ranked) {
      cell.value = density[cell.trait][cell.bucket] * Math.pow(2, cell.cost / COST_STEPS);
    }
    ranked.sort(Cell.BY_VALUE);
    for (int i = 0; i < ranked.size(); i++) {
      ranked.get(i).rank = i;
    }
    firstRank = 0;
    sorted = true;
  }
}
