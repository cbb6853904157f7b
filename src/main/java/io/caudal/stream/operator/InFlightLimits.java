package io.caudal.stream.operator;

import java.io.Serializable;

/**
 * How many inputs one subtask of a {@link KeyedAsyncOperator} takes in, queued and running
 * together.
 *
 * @param capacity from here on the operator stops reading its input
 * @param hardCapacity how far it may go beyond to let a checkpoint through without waiting for a
 *     call to complete: one input each time
 */
public record InFlightLimits(int capacity, int hardCapacity) implements Serializable {

  public InFlightLimits {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity is " + capacity + ", must be at least 1");
    }
    if (hardCapacity < capacity) {
      throw new IllegalArgumentException(
          "hardCapacity is " + hardCapacity + ", must be at least the capacity, " + capacity);
    }
  }
}
