package io.caudal.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/**
 * Shares what a step's token budget leaves for prefill: higher priority classes first; within a
 * class by tenant, in the ratio of their weights; within a tenant evenly. Who needs less than a
 * share leaves the rest to the others (max-min fairness), so a short prompt passes long ones.
 */
final class PrefillShares {
  private final ToDoubleFunction<String> weights;

  PrefillShares(ToDoubleFunction<String> weights) {
    this.weights = weights;
  }

  /**
   * @param prefilling oldest first
   */
  List<Slice> of(int budget, List<Sequence> prefilling) {
    List<Slice> slices = new ArrayList<>();
    Map<Integer, List<Sequence>> classes =
        prefilling.stream()
            .collect(
                Collectors.groupingBy(
                    Sequence::priority,
                    () -> new TreeMap<>(Comparator.reverseOrder()),
                    Collectors.toList()));
    int left = budget;
    for (List<Sequence> one : classes.values()) {
      left -= ofClass(left, one, slices);
    }
    return slices;
  }

  private int ofClass(int budget, List<Sequence> prefilling, List<Slice> slices) {
    Map<String, List<Sequence>> tenants =
        prefilling.stream()
            .collect(Collectors.groupingBy(Sequence::tenant, TreeMap::new, Collectors.toList()));
    return share(
        budget,
        List.copyOf(tenants.values()),
        own -> own.stream().mapToInt(Sequence::pending).sum(),
        own -> weights.applyAsDouble(own.get(0).tenant()),
        (own, tokens) ->
            share(tokens, own, Sequence::pending, s -> 1, (s, n) -> take(s, n, slices)));
  }

  private static int take(Sequence sequence, int tokens, List<Slice> slices) {
    slices.add(new Slice(sequence, tokens));
    return tokens;
  }

  private interface Taker<T> {
    int take(T who, int tokens);
  }

  /** Gives those first who need least for their weight; returns what was taken. */
  private static <T> int share(
      int budget, List<T> all, ToIntFunction<T> need, ToDoubleFunction<T> weight, Taker<T> taker) {
    List<T> byNeed = new ArrayList<>(all);
    byNeed.sort(
        Comparator.comparingDouble(who -> need.applyAsInt(who) / weight.applyAsDouble(who)));
    double weightLeft = all.stream().mapToDouble(weight).sum();
    int left = budget;
    for (T who : byNeed) {
      if (left <= 0) {
        break;
      }
      double own = weight.applyAsDouble(who);
      int fair = Math.max(1, (int) (left * (own / weightLeft) + 1e-9));
      left -= taker.take(who, Math.min(need.applyAsInt(who), Math.min(left, fair)));
      weightLeft -= own;
    }
    return budget - left;
  }
}
