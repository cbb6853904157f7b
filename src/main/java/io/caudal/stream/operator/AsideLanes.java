package io.caudal.stream.operator;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The lanes that could take an input back from state if there were room, in the order in which they
 * get it: by priority, then by how little of their group is at hand, then in turn.
 */
final class AsideLanes<K, IN, OUT, P> {
  private final TreeMap<Integer, Map<String, Deque<Lane<K, IN, OUT, P>>>> lanes =
      new TreeMap<>(Comparator.reverseOrder());
  private final Map<String, Integer> atHand = new HashMap<>();

  /** Counts inputs of a group that come to hand, or leave. */
  void count(String group, int change) {
    int now = atHand.merge(group, change, Integer::sum);
    if (now == 0) {
      atHand.remove(group);
    }
  }

  void add(Lane<K, IN, OUT, P> lane) {
    Rank rank = lane.rank();
    lanes
        .computeIfAbsent(rank.priority(), priority -> new LinkedHashMap<>())
        .computeIfAbsent(rank.group(), group -> new ArrayDeque<>())
        .add(lane);
  }

  /** The lane that is next, taken out; null if there is none. */
  @Nullable Lane<K, IN, OUT, P> poll() {
    if (lanes.isEmpty()) {
      return null;
    }
    Map<String, Deque<Lane<K, IN, OUT, P>>> first = lanes.firstEntry().getValue();
    String group = least(first);
    Deque<Lane<K, IN, OUT, P>> own = first.get(group);
    if (own == null) {
      throw new IllegalStateException("no lanes of group " + group);
    }
    Lane<K, IN, OUT, P> lane = own.removeFirst();
    if (own.isEmpty()) {
      first.remove(group);
    }
    if (first.isEmpty()) {
      lanes.pollFirstEntry();
    }
    return lane;
  }

  private String least(Map<String, ?> groups) {
    return groups.keySet().stream()
        .min(Comparator.comparingInt(group -> atHand.getOrDefault(group, 0)))
        .orElseThrow();
  }
}
