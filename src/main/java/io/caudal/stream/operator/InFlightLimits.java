package io.caudal.stream.operator;

import java.io.Serializable;

/**
 * How many inputs one subtask of a {@link KeyedAsyncOperator} takes in, queued and running
 * together.
 *
 * @param capacity how many are at hand: in memory, each key's first one running
 * @param hardCapacity how far it may go beyond to let a checkpoint through without waiting for a
 *     call to complete: one input each time
 * @param keyCapacity most of one key's that are at hand
 * @param aside how many more are set aside in state until there is room at hand; from there on the
 *     operator stops reading its input
 */
public record InFlightLimits(int capacity, int hardCapacity, int keyCapacity, int aside)
    implements Serializable {

  public InFlightLimits {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity is " + capacity + ", must be at least 1");
    }
    if (hardCapacity < capacity) {
      throw new IllegalArgumentException(
          "hardCapacity is " + hardCapacity + ", must be at least the capacity, " + capacity);
    }
    if (keyCapacity < 1) {
      throw new IllegalArgumentException("keyCapacity is " + keyCapacity + ", must be at least 1");
    }
    if (aside < 0) {
      throw new IllegalArgumentException("aside is " + aside + ", must not be negative");
    }
  }

  /** Nothing is set aside: the operator stops reading at its capacity, whoever filled it. */
  public InFlightLimits(int capacity, int hardCapacity) {
    this(capacity, hardCapacity, Integer.MAX_VALUE, 0);
  }
}
