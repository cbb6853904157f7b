package io.caudal.schedule;

/** How far one sequence advances in a step: its next {@code tokens} pending tokens. */
public record Slice(Sequence sequence, int tokens) {

  /** Whether the step reaches the sequence's last known token, so that the next can be sampled. */
  public boolean completes() {
    return sequence.computed() + tokens == sequence.tokens().size();
  }
}
