package io.caudal.schedule;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All sequences that wait: a higher priority class goes first, within a class tenants share as
 * {@link FairQueue} says.
 */
final class WaitingLine {
  private final TreeMap<Integer, FairQueue> classes = new TreeMap<>(Comparator.reverseOrder());
  private Map<String, Double> weights = Map.of();

  /** Shares of tenants; a tenant that is not named has 1. They hold for what is served from now. */
  void setWeights(Map<String, Double> weights) {
    this.weights = Map.copyOf(weights);
  }

  double weight(String tenant) {
    return weights.getOrDefault(tenant, 1.0);
  }

  void add(Sequence sequence) {
    of(sequence).add(sequence);
  }

  /** Those that wait in the class that goes next. */
  int sizeOfFirstClass() {
    return classes.values().stream()
        .mapToInt(FairQueue::size)
        .filter(n -> n > 0)
        .findFirst()
        .orElse(0);
  }

  /** Who goes next; null if nobody waits. */
  @Nullable Sequence first() {
    for (FairQueue queue : classes.values()) {
      Sequence first = queue.first();
      if (first != null) {
        return first;
      }
    }
    return null;
  }

  /** Takes out a sequence that does not wait any longer; nothing if it is not here. */
  void remove(Sequence sequence) {
    of(sequence).remove(sequence);
  }

  /** The sequence stops waiting and runs. */
  void start(Sequence sequence) {
    of(sequence).start(sequence);
  }

  /** Charges what a running sequence has generated. */
  void settle(Sequence sequence) {
    of(sequence).settle(sequence);
  }

  /** The sequence has ended. */
  void stop(Sequence sequence) {
    of(sequence).stop(sequence);
  }

  /** The sequence stops running and waits again. */
  void stopAndWait(Sequence sequence) {
    FairQueue queue = of(sequence);
    queue.add(sequence);
    queue.stop(sequence);
  }

  /** What the sequence's tenant has been served in its class. */
  double served(Sequence sequence) {
    return of(sequence).served(sequence.tenant());
  }

  private FairQueue of(Sequence sequence) {
    return classes.computeIfAbsent(sequence.priority(), p -> new FairQueue(this::weight));
  }
}
