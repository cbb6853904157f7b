package io.caudal.stream.inference;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Bounds how many sessions' KV is read from state ahead of their turn on the device. Others wait
 * for a place: by priority, then in the order in which they came. Task thread only.
 */
final class Prefetch {
  private record Waiting(int priority, long order, WaitingCall call) {}

  private final PriorityQueue<Waiting> waiting =
      new PriorityQueue<>(
          Comparator.comparingInt((Waiting one) -> -one.priority())
              .thenComparingLong(Waiting::order));
  private int places;
  private int taken;
  private long orders;

  Prefetch(int places) {
    this.places = places;
  }

  /** A live setting. */
  void setPlaces(int most) {
    places = most;
    placeNext();
  }

  /** Takes a place if there is one, to be given back by {@link #leave}. */
  boolean tryEnter() {
    if (taken >= places) {
      return false;
    }
    taken++;
    return true;
  }

  void await(int priority, WaitingCall call) {
    waiting.add(new Waiting(priority, orders++, call));
  }

  /** The KV that was read is on the device, or of no use any more. */
  void leave() {
    taken--;
    placeNext();
  }

  private void placeNext() {
    while (!waiting.isEmpty() && tryEnter()) {
      waiting.remove().call().placed();
    }
  }
}
