package io.caudal.schedule;

import java.util.List;

/**
 * What the next step does.
 *
 * @param slices sequences that advance; empty when there is nothing to compute
 * @param expired sequences whose deadline has passed, or will have before they can end: they leave
 *     without costing a step
 * @param preempted sequences that lost their room and wait again
 */
public record StepPlan(List<Slice> slices, List<Sequence> expired, List<Sequence> preempted) {

  public boolean isIdle() {
    return slices.isEmpty() && expired.isEmpty();
  }
}
