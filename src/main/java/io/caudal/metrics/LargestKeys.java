package io.caudal.metrics;

import io.caudal.metrics.HeavyKeys.Heavy;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The keys with the highest levels, of those that have told theirs: a bounded table in which a
 * higher level takes the place of the lowest. A level may fall, and then one that was turned away
 * before is not known again until it tells its own. Not thread-safe.
 */
public final class LargestKeys {
  private final int capacity;
  private final Map<String, Long> levels = new HashMap<>();

  public LargestKeys(int capacity) {
    this.capacity = capacity;
  }

  public void set(String key, long level) {
    levels.put(key, level);
    if (levels.size() > capacity) {
      levels.entrySet().stream()
          .min(Map.Entry.comparingByValue())
          .ifPresent(least -> levels.remove(least.getKey()));
    }
  }

  public void remove(String key) {
    levels.remove(key);
  }

  /** The first {@code most}, highest first. */
  public List<Heavy> top(int most) {
    return levels.entrySet().stream()
        .map(one -> new Heavy(one.getKey(), one.getValue(), 0))
        .sorted(Comparator.comparingLong(Heavy::amount).reversed().thenComparing(Heavy::key))
        .limit(most)
        .toList();
  }
}
