package io.caudal.schedule;

/** Room for sequences' KV on a device, as the scheduler sees it. */
public interface SequenceMemory {

  /**
   * Makes room for KV of the sequence's first {@code tokens} positions, giving it a slot and the KV
   * that is there already if it has none. Idle KV may make way for it; if that would not be enough
   * either, it says no and changes nothing.
   */
  boolean ensure(Sequence sequence, int tokens);

  /** Moves a sequence's KV off the device, to come back at the next {@link #ensure}. */
  void preempt(Sequence sequence);
}
