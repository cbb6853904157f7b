package io.caudal.chaos;

import java.util.Comparator;

/** Where a record lies in its topic. */
record Place(int partition, long offset) implements Comparable<Place> {
  @Override
  public int compareTo(Place other) {
    return Comparator.comparingInt(Place::partition)
        .thenComparingLong(Place::offset)
        .compare(this, other);
  }
}
