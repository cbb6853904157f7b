package io.caudal.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Continuous batching with chunked prefill under a token budget (Orca, Yu et al. 2022; Sarathi,
 * Agrawal et al. 2024). Every running sequence that decodes gets its one token first; what is left
 * of the budget is shared evenly by those that prefill, so that a short prompt passes long ones.
 *
 * <p>Deterministic, without a clock or threads of its own; the thread that steps the engine owns
 * it.
 */
public final class Scheduler {
  /** Higher priority first, then who came first. */
  private static final Comparator<Sequence> URGENCY =
      Comparator.comparingInt(Sequence::priority).reversed().thenComparingLong(Sequence::order);

  private static final int STEADY_STEPS = 1000;

  private final TreeSet<Sequence> waiting = new TreeSet<>(URGENCY);
  private final TreeSet<Sequence> running = new TreeSet<>(URGENCY);
  private final SequenceMemory memory;
  private int maxBatch;
  private int tokenBudget;

  // What memory allowed lately, and how long it has.
  private int batchLimit = Integer.MAX_VALUE;
  private int budgetLimit = Integer.MAX_VALUE;
  private int plannedTokens;
  private int steadySteps;

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

  public void add(Sequence sequence) {
    waiting.add(sequence);
  }

  /** Takes out a sequence that has ended, running or not. */
  public void remove(Sequence sequence) {
    if (!running.remove(sequence)) {
      waiting.remove(sequence);
    }
  }

  /** Plans one step at {@code nowMillis} (epoch milliseconds). */
  public StepPlan next(long nowMillis) {
    List<Sequence> expired = new ArrayList<>();
    expire(waiting, nowMillis, expired);
    expire(running, nowMillis, expired);

    List<Sequence> preempted = keepRoomToDecode();
    waiting.addAll(preempted);
    // Who just lost its room must not take it back in the same breath.
    if (preempted.isEmpty()) {
      admit();
    }
    List<Slice> slices = share();
    plannedTokens = slices.stream().mapToInt(Slice::tokens).sum();
    if (++steadySteps >= STEADY_STEPS) {
      batchLimit = Integer.MAX_VALUE;
      budgetLimit = Integer.MAX_VALUE;
    }
    return new StepPlan(slices, expired, preempted);
  }

  private static void expire(Set<Sequence> from, long nowMillis, List<Sequence> expired) {
    for (Iterator<Sequence> it = from.iterator(); it.hasNext(); ) {
      Sequence sequence = it.next();
      if (sequence.deadlineMillis() < nowMillis) {
        it.remove();
        expired.add(sequence);
      }
    }
  }

  /** Each running sequence needs room for all it knows; the least urgent make way for the rest. */
  private List<Sequence> keepRoomToDecode() {
    List<Sequence> preempted = new ArrayList<>();
    for (Sequence sequence : List.copyOf(running)) {
      while (running.contains(sequence) && !memory.ensure(sequence, sequence.tokens().size())) {
        preempted.add(preemptLast());
      }
    }
    return preempted;
  }

  /** Takes the room of the least urgent running sequence, which waits again. */
  private Sequence preemptLast() {
    Sequence victim = running.last();
    memory.preempt(victim);
    running.remove(victim);
    return victim;
  }

  /**
   * Makes the next steps smaller, after one that the device had no memory for: smaller chunks
   * first, then fewer sequences. It wears off after {@value #STEADY_STEPS} steps that fit.
   *
   * @return false if there is nothing left to give up: one sequence, one token
   */
  public boolean shrink() {
    steadySteps = 0;
    if (plannedTokens > running.size()) {
      budgetLimit = Math.max(1, plannedTokens / 2);
      return true;
    }
    if (running.size() <= 1) {
      return false;
    }
    batchLimit = running.size() - 1;
    waiting.add(preemptLast());
    return true;
  }

  /** The running sequences, most urgent first. */
  public List<Sequence> running() {
    return List.copyOf(running);
  }

  private void admit() {
    while (running.size() < Math.min(maxBatch, batchLimit) && !waiting.isEmpty()) {
      Sequence next = waiting.first();
      if (!memory.ensure(next, next.tokens().size())) {
        return;
      }
      waiting.remove(next);
      running.add(next);
    }
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
    int left = Math.max(1, Math.min(tokenBudget, budgetLimit) - slices.size());
    prefilling.sort(
        Comparator.comparingInt(Sequence::priority).reversed().thenComparingInt(Sequence::pending));
    for (int i = 0; i < prefilling.size() && left > 0; i++) {
      int fair = Math.max(1, left / (prefilling.size() - i));
      int tokens = Math.min(prefilling.get(i).pending(), fair);
      slices.add(new Slice(prefilling.get(i), tokens));
      left -= tokens;
    }
    return slices;
  }
}
