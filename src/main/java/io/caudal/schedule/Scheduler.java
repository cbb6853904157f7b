package io.caudal.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Continuous batching with chunked prefill under a token budget (Orca, Yu et al. 2022; Sarathi,
 * Agrawal et al. 2024). Every running sequence that decodes gets its one token first; what is left
 * of the budget, and keeps the step short enough for those, is shared by the ones that prefill, as
 * {@link PrefillShares} says.
 *
 * <p>Who waits joins by priority, then by what its tenant has been served ({@link FairQueue}), then
 * by age. It takes the place of running sequences of a lower priority if there is no other; those
 * wait again and lose nothing.
 *
 * <p>Deterministic, without a clock or threads of its own; the thread that steps the engine owns
 * it.
 */
public final class Scheduler {
  /** Higher priority first, then who came first. */
  private static final Comparator<Sequence> URGENCY =
      Comparator.comparingInt(Sequence::priority).reversed().thenComparingLong(Sequence::order);

  private static final Comparator<Sequence> DEADLINE =
      Comparator.comparingLong(Sequence::deadlineMillis).thenComparingLong(Sequence::order);

  private final WaitingLine waiting = new WaitingLine();
  private final TreeSet<Sequence> running = new TreeSet<>(URGENCY);
  private final TreeSet<Sequence> deadlines = new TreeSet<>(DEADLINE);
  private final PrefillShares shares = new PrefillShares(waiting::weight);
  private final SequenceMemory memory;
  private int maxBatch;
  private int tokenBudget;

  private int prefillLimit = Integer.MAX_VALUE;

  private ToLongFunction<Sequence> forecast = sequence -> 0;

  /** Who has left for its deadline and is in no plan yet: planning may end for lack of memory. */
  private final List<Sequence> expired = new ArrayList<>();

  private final MemoryLimits limits = new MemoryLimits();
  private int plannedTokens;

  public Scheduler(SequenceMemory memory, int maxBatch, int tokenBudget) {
    this.memory = memory;
    this.maxBatch = maxBatch;
    this.tokenBudget = tokenBudget;
  }

  /** Live settings; they hold from the next plan on. */
  public void configure(int maxBatch, int tokenBudget) {
    this.maxBatch = maxBatch;
    this.tokenBudget = tokenBudget;
  }

  /** Most tokens to prefill in a step in which others decode; from the next plan on. */
  public void limitPrefill(int tokens) {
    prefillLimit = tokens;
  }

  /** Where more wait for their first token than would wait for their next, the limit is wider. */
  private long prefillLimit(int prefilling, int decoding) {
    return (long) prefillLimit * Math.max(1, prefilling / decoding);
  }

  /**
   * @param millis what a sequence is expected to take from its first step to its end; who can't be
   *     done by its deadline then is not begun while more of its priority wait than there is room
   *     for
   */
  public void setForecast(ToLongFunction<Sequence> millis) {
    forecast = millis;
  }

  /** Shares of tenants, 1 for those that are not named; live, from the next plan on. */
  public void setTenantWeights(Map<String, Double> weights) {
    waiting.setWeights(weights);
  }

  public void add(Sequence sequence) {
    if (sequence.deadlineMillis() != Long.MAX_VALUE) {
      deadlines.add(sequence);
    }
    waiting.add(sequence);
  }

  /** Takes out a sequence that has ended, running or not. */
  public void remove(Sequence sequence) {
    expired.remove(sequence);
    deadlines.remove(sequence);
    if (running.remove(sequence)) {
      waiting.stop(sequence);
    } else {
      waiting.remove(sequence);
    }
  }

  /** Plans one step at {@code nowMillis} (epoch milliseconds). */
  public StepPlan next(long nowMillis) {
    expire(nowMillis);
    running.forEach(waiting::settle);
    List<Sequence> preempted = keepRoomToDecode();
    // Who just lost its room must not take it back in the same breath.
    if (preempted.isEmpty()) {
      admit(preempted, nowMillis);
    }
    List<Slice> slices = share();
    plannedTokens = slices.stream().mapToInt(Slice::tokens).sum();
    limits.stepped(slices.size(), plannedTokens);
    StepPlan plan = new StepPlan(slices, List.copyOf(expired), preempted);
    expired.clear();
    return plan;
  }

  private void expire(long nowMillis) {
    while (!deadlines.isEmpty() && deadlines.first().deadlineMillis() < nowMillis) {
      Sequence sequence = deadlines.first();
      remove(sequence);
      expired.add(sequence);
    }
  }

  /** Each running sequence needs room for all it knows; the least urgent make way for the rest. */
  private List<Sequence> keepRoomToDecode() {
    List<Sequence> preempted = new ArrayList<>();
    for (Sequence sequence : List.copyOf(running)) {
      while (running.contains(sequence) && !memory.ensure(sequence, sequence.tokens().size())) {
        preempted.add(preempt(leastUrgent()));
      }
    }
    return preempted;
  }

  /**
   * Who makes way: of the lowest priority, the newest sequence of the tenant that has been served
   * most.
   */
  private Sequence leastUrgent() {
    return running.stream()
        .min(
            Comparator.comparingInt(Sequence::priority)
                .thenComparing(Comparator.comparingDouble(waiting::served).reversed())
                .thenComparing(Comparator.comparingLong(Sequence::order).reversed()))
        .orElseThrow();
  }

  /** Takes a running sequence's room; it waits again. */
  private Sequence preempt(Sequence victim) {
    memory.preempt(victim);
    running.remove(victim);
    waiting.stopAndWait(victim);
    return victim;
  }

  /**
   * Makes the next steps smaller, after one that the device had no memory for: smaller chunks
   * first, then fewer sequences. They grow again as {@link MemoryLimits} says.
   *
   * @return false if there is nothing left to give up: one sequence, one token
   */
  public boolean shrink() {
    if (plannedTokens > running.size()) {
      limits.lowerTokens(plannedTokens);
      return true;
    }
    return shrinkBatch();
  }

  /**
   * As {@link #shrink}, fewer sequences at once: what the device had no memory for was their KV.
   *
   * @return false if one is left
   */
  public boolean shrinkBatch() {
    if (running.size() <= 1) {
      return false;
    }
    limits.lowerSequences(running.size());
    preempt(leastUrgent());
    return true;
  }

  /**
   * As {@link #shrink}, when there was no memory for one more: as many as run now, until steps have
   * fit for a while.
   *
   * @return false if none runs
   */
  public boolean admitNoMore() {
    if (running.isEmpty()) {
      return false;
    }
    limits.lowerSequences(running.size() + 1);
    return true;
  }

  /** The running sequences, most urgent first. */
  public List<Sequence> running() {
    return List.copyOf(running);
  }

  private void admit(List<Sequence> preempted, long nowMillis) {
    for (Sequence next = waiting.first();
        next != null && !preempted.contains(next);
        next = waiting.first()) {
      if (isTooLate(next, nowMillis)) {
        remove(next);
        expired.add(next);
        continue;
      }
      if (running.size() < batchLimit() && memory.ensure(next, next.tokens().size())) {
        waiting.start(next);
        running.add(next);
        continue;
      }
      Sequence victim = lessUrgentThan(next);
      if (victim == null) {
        return;
      }
      preempted.add(preempt(victim));
    }
  }

  private boolean isTooLate(Sequence next, long nowMillis) {
    boolean mayBe = next.deadlineMillis() != Long.MAX_VALUE && !next.wasBegun();
    return mayBe
        && waiting.sizeOfFirstClass() > places(next)
        && nowMillis + forecast.applyAsLong(next) > next.deadlineMillis();
  }

  /** How many of a sequence's priority can be begun now, one at least. */
  private int places(Sequence next) {
    long taken = running.stream().filter(one -> one.priority() >= next.priority()).count();
    return Math.max(1, batchLimit() - (int) taken);
  }

  private @Nullable Sequence lessUrgentThan(Sequence sequence) {
    boolean any = !running.isEmpty() && running.last().priority() < sequence.priority();
    return any ? leastUrgent() : null;
  }

  /** So many that each can advance by a token within the budget. */
  private int batchLimit() {
    return Math.min(Math.min(maxBatch, tokenBudget), limits.sequences());
  }

  private List<Slice> share() {
    List<Slice> slices = new ArrayList<>();
    List<Sequence> prefilling = new ArrayList<>();
    for (Sequence sequence : running) {
      if (sequence.pending() == 1) {
        slices.add(new Slice(sequence, 1));
      } else {
        prefilling.add(sequence);
      }
    }
    int left = Math.max(1, Math.min(tokenBudget, limits.tokens()) - slices.size());
    if (!slices.isEmpty()) {
      left = (int) Math.min(left, prefillLimit(prefilling.size(), slices.size()));
    }
    slices.addAll(shares.of(left, prefilling));
    return slices;
  }
}
