package io.caudal.stream.operator;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The lanes that could take an input back from state if there were room, in the order in which they
 * get it: by priority, then by how little of their group is at hand, then in turn. Each call costs
 * O(log n) of the groups.
 *
 * @param <L> lanes
 */
final class AsideLanes<L> {
  private static final class Group<L> {
    private final String name;
    private final Map<Integer, Deque<L>> lanes = new HashMap<>();
    private int atHand;
    private long turn;

    Group(String name) {
      this.name = name;
    }
  }

  private final Map<String, Group<L>> groups = new HashMap<>();

  /** Those that have lanes. */
  private final TreeMap<Integer, NavigableSet<Group<L>>> byPriority =
      new TreeMap<>(Comparator.reverseOrder());

  private long turns;

  /** Counts inputs of a group that come to hand, or leave. */
  void count(String name, int change) {
    Group<L> group = group(name);
    move(group, () -> group.atHand += change);
  }

  void add(L lane, Rank rank) {
    Group<L> group = group(rank.group());
    move(
        group,
        () -> group.lanes.computeIfAbsent(rank.priority(), key -> new ArrayDeque<>()).add(lane));
  }

  /** The lane that is next, taken out; null if there is none. */
  @Nullable L poll() {
    if (byPriority.isEmpty()) {
      return null;
    }
    int priority = byPriority.firstKey();
    Group<L> group = byPriority.firstEntry().getValue().first();
    Deque<L> own = Objects.requireNonNull(group.lanes.get(priority));
    L lane = own.element();
    move(
        group,
        () -> {
          own.remove();
          if (own.isEmpty()) {
            group.lanes.remove(priority);
          }
          group.turn = turns++;
        });
    return lane;
  }

  private Group<L> group(String name) {
    return groups.computeIfAbsent(
        name,
        key -> {
          Group<L> group = new Group<>(key);
          group.turn = turns++;
          return group;
        });
  }

  /** Changes a group, and with it its place among the others. */
  private void move(Group<L> group, Runnable change) {
    for (int priority : group.lanes.keySet()) {
      NavigableSet<Group<L>> all = Objects.requireNonNull(byPriority.get(priority));
      all.remove(group);
      if (all.isEmpty()) {
        byPriority.remove(priority);
      }
    }
    change.run();
    for (int priority : group.lanes.keySet()) {
      byPriority.computeIfAbsent(priority, key -> new TreeSet<>(this::compare)).add(group);
    }
    if (group.lanes.isEmpty() && group.atHand == 0) {
      groups.remove(group.name);
    }
  }

  private int compare(Group<L> a, Group<L> b) {
    int least = Integer.compare(a.atHand, b.atHand);
    return least == 0 ? Long.compare(a.turn, b.turn) : least;
  }
}
