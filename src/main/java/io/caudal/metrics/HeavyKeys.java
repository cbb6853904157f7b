package io.caudal.metrics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The keys with the largest sums, in bounded memory: space-saving (Metwally et al. 2005). A key
 * whose share of all is above one part in {@code capacity} is always among them; a sum is too high
 * by its error at most. Not thread-safe.
 */
public final class HeavyKeys {

  /**
   * A key with its sum.
   *
   * @param error by how much the sum may be too high
   */
  public record Heavy(String key, long amount, long error) {}

  private static final Comparator<Heavy> LARGEST_FIRST =
      Comparator.comparingLong(Heavy::amount).reversed().thenComparing(Heavy::key);

  private final int capacity;
  private final Map<String, Heavy> held = new HashMap<>();

  public HeavyKeys(int capacity) {
    this.capacity = capacity;
  }

  /** As another one has told it. */
  public static HeavyKeys of(int capacity, List<Heavy> told) {
    HeavyKeys keys = new HeavyKeys(capacity);
    told.stream().sorted(LARGEST_FIRST).limit(capacity).forEach(h -> keys.held.put(h.key(), h));
    return keys;
  }

  public void add(String key, long amount) {
    Heavy old = held.get(key);
    if (old == null && held.size() == capacity) {
      Heavy least = held.values().stream().max(LARGEST_FIRST).orElseThrow();
      held.remove(least.key());
      old = new Heavy(key, least.amount(), least.amount());
    }
    held.put(
        key,
        old == null
            ? new Heavy(key, amount, 0)
            : new Heavy(key, old.amount() + amount, old.error()));
  }

  /** Adds what another one holds; a key that only one of them knows may have been in the other. */
  public void merge(HeavyKeys other) {
    long unseenHere = unseen();
    long unseenThere = other.unseen();
    Map<String, Heavy> all = new HashMap<>();
    held.forEach(
        (key, one) ->
            all.put(key, new Heavy(key, one.amount() + unseenThere, one.error() + unseenThere)));
    other.held.forEach(
        (key, one) -> {
          Heavy mine = held.get(key);
          long amount = mine == null ? unseenHere : mine.amount();
          long error = mine == null ? unseenHere : mine.error();
          all.put(key, new Heavy(key, amount + one.amount(), error + one.error()));
        });
    held.clear();
    all.values().stream().sorted(LARGEST_FIRST).limit(capacity).forEach(h -> held.put(h.key(), h));
  }

  /** The most that a key can have which isn't here. */
  private long unseen() {
    return held.size() < capacity
        ? 0
        : held.values().stream().mapToLong(Heavy::amount).min().orElse(0);
  }

  /** The first {@code most}, largest first. */
  public List<Heavy> top(int most) {
    List<Heavy> all = new ArrayList<>(held.values());
    all.sort(LARGEST_FIRST);
    return List.copyOf(all.subList(0, Math.min(most, all.size())));
  }
}
