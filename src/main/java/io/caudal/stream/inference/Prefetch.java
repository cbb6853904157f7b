package io.caudal.stream.inference;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/**
 * Bounds how many sessions' KV is read from state ahead of their turn on the device, and does not
 * go on while there is no room on the heap for what is read. Others wait for a place: by priority,
 * then in the order in which they came. Task thread only.
 */
final class Prefetch {
  private record Waiting(int priority, long order, WaitingCall call) {}

  private final PriorityQueue<Waiting> waiting =
      new PriorityQueue<>(
          Comparator.comparingInt((Waiting one) -> -one.priority())
              .thenComparingLong(Waiting::order));
  private final BooleanSupplier hasRoom;
  private int places;
  private int taken;
  private long orders;

  /**
   * @param hasRoom whether there is room for what one more reads
   */
  Prefetch(int places, BooleanSupplier hasRoom) {
    this.places = places;
    this.hasRoom = hasRoom;
  }

  /** A live setting. */
  void setPlaces(int most) {
    places = most;
    while (placeNext()) {
      // as many as there are places
    }
  }

  /** Takes a place if there is one and nobody waits, to be given back by {@link #leave}. */
  boolean tryEnter() {
    return waiting.isEmpty() && takePlace();
  }

  private boolean takePlace() {
    if (taken >= places || (taken > 0 && !hasRoom.getAsBoolean())) {
      return false;
    }
    taken++;
    return true;
  }

  void await(int priority, WaitingCall call) {
    waiting.add(new Waiting(priority, orders++, call));
  }

  /** The call waits no longer. */
  void forget(WaitingCall call) {
    waiting.removeIf(one -> one.call() == call);
  }

  /**
   * The KV that was read is on the device, or of no use any more. One other takes its place: what
   * that one reads isn't there yet, so that more would find the room that it will need.
   */
  void leave() {
    taken--;
    var unused = placeNext();
  }

  /** One that had waited has read its KV: there may be room for another's still. */
  void read() {
    var unused = placeNext();
  }

  private boolean placeNext() {
    boolean placed = !waiting.isEmpty() && takePlace();
    if (placed) {
      waiting.remove().call().placed();
    }
    return placed;
  }
}
