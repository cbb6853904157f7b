package io.caudal.engine.torch;

import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Which slot's KV lies where in the decoder's arenas. An arena holds sequences of one capacity; a
 * sequence that outgrows its arena moves to the next, so that each of its tokens is copied a few
 * times in its life, never at each step.
 */
final class KvArenas {
  private static final int SMALLEST = 64;
  private static final int NONE = -1;

  private final DecoderModule module;
  private final int kvHeads;
  private final int[] arenaOf;
  private final int[] placeOf;
  private final List<BitSet> taken = new ArrayList<>();
  private final List<Integer> places = new ArrayList<>();

  KvArenas(DecoderModule module, int slots, int kvHeads) {
    this.module = module;
    this.kvHeads = kvHeads;
    this.arenaOf = new int[slots];
    this.placeOf = new int[slots];
    Arrays.fill(arenaOf, NONE);
  }

  /** Tokens of a sequence in an arena: 64, 96, 128, 192, 256, 384 and so on. */
  static int capacity(int arena) {
    int smaller = SMALLEST << (arena / 2);
    return arena % 2 == 0 ? smaller : smaller + smaller / 2;
  }

  int arena(int slot) {
    return arenaOf[slot];
  }

  int place(int slot) {
    return placeOf[slot];
  }

  /** Makes the slot hold {@code tokens}, keeping its first {@code written}. */
  void hold(int slot, int tokens, int written) {
    if (arenaOf[slot] != NONE && tokens <= capacity(arenaOf[slot])) {
      return;
    }
    int arena = 0;
    while (capacity(arena) < tokens) {
      arena++;
    }
    int place = freePlace(arena);
    if (written > 0) {
      module.run(
          "move",
          IValue.from(arenaOf[slot]),
          IValue.from(placeOf[slot]),
          IValue.from(arena),
          IValue.from(place),
          IValue.from(written));
    }
    free(slot);
    taken.get(arena).set(place);
    arenaOf[slot] = arena;
    placeOf[slot] = place;
  }

  /** Gives the slot's place back. */
  void free(int slot) {
    int arena = arenaOf[slot];
    if (arena == NONE) {
      return;
    }
    arenaOf[slot] = NONE;
    taken.get(arena).clear(placeOf[slot]);
  }

  /**
   * Writes to {@code target} where one token's keys and values go: rows of the slot's arena seen as
   * [2 * places * kvHeads * capacity, headDim].
   */
  void rowsOf(int slot, int position, long[] target, int at) {
    int arena = arenaOf[slot];
    long capacity = capacity(arena);
    long values = (long) places.get(arena) * kvHeads * capacity;
    for (int head = 0; head < kvHeads; head++) {
      long row = ((long) placeOf[slot] * kvHeads + head) * capacity + position;
      target[at + head] = row;
      target[at + kvHeads + head] = values + row;
    }
  }

  private int freePlace(int arena) {
    while (taken.size() <= arena) {
      taken.add(new BitSet());
      places.add(0);
    }
    int place = taken.get(arena).nextClearBit(0);
    if (place >= places.get(arena)) {
      freeEmpty();
      resize(arena, places.get(arena) + Math.max(1, places.get(arena) / 2));
    }
    return place;
  }

  /**
   * Arenas without sequences keep their memory until another needs some: new memory costs a page
   * fault for every 4 KiB, and the next session is likely as long as the last.
   */
  private void freeEmpty() {
    for (int arena = 0; arena < taken.size(); arena++) {
      if (taken.get(arena).isEmpty() && places.get(arena) > 0) {
        resize(arena, 0);
      }
    }
  }

  private void resize(int arena, int newPlaces) {
    module.run(
        "resize_arena", IValue.from(arena), IValue.from(capacity(arena)), IValue.from(newPlaces));
    places.set(arena, newPlaces);
  }
}
