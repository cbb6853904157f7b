package io.caudal.engine.torch;

import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which slot's KV lies where in the decoder's arenas. An arena has places for a few sequences of
 * one capacity. It never grows: when it is full there is another. A sequence that outgrows its
 * capacity moves to an arena of the next, so that each of its tokens is copied a few times in its
 * life, never at each step, and whatever a sequence does costs the same however many others there
 * are.
 */
final class KvArenas {
  private static final int SMALLEST = 64;
  private static final int MOST_PLACES = 8;
  private static final long ARENA_BYTES = 64L << 20;

  /** An arena; without places while it takes no memory. */
  private static final class Arena {
    final int index;
    int capacity;
    int places;
    final BitSet taken = new BitSet();

    Arena(int index) {
      this.index = index;
    }

    boolean hasRoom(int wanted) {
      return capacity == wanted && taken.cardinality() < places;
    }
  }

  private record Place(Arena arena, int place) {}

  private final DecoderModule module;
  private final int kvHeads;
  private final int bytesPerToken;
  private final @Nullable Place[] placeOf;
  private final List<Arena> arenas = new ArrayList<>();

  KvArenas(DecoderModule module, int slots, int kvHeads, int bytesPerToken) {
    this.module = module;
    this.kvHeads = kvHeads;
    this.bytesPerToken = bytesPerToken;
    this.placeOf = new Place[slots];
  }

  /** The next of 64, 96, 128, 192, 256, 384 and so on that holds {@code tokens}. */
  static int capacity(int tokens) {
    int capacity = SMALLEST;
    while (capacity < tokens) {
      capacity = capacity + capacity / 2 >= tokens ? capacity + capacity / 2 : capacity * 2;
    }
    return capacity;
  }

  int arena(int slot) {
    return place(slot, placeOf).arena().index;
  }

  int place(int slot) {
    return place(slot, placeOf).place();
  }

  /** Makes the slot hold {@code tokens}, keeping its first {@code written}. */
  void hold(int slot, int tokens, int written) {
    Place now = placeOf[slot];
    if (now != null && tokens <= now.arena().capacity) {
      return;
    }
    Place next = take(capacity(tokens));
    module.run("clear", IValue.from(next.arena().index), IValue.from(next.place()));
    if (now != null && written > 0) {
      module.run(
          "move",
          IValue.from(now.arena().index),
          IValue.from(now.place()),
          IValue.from(next.arena().index),
          IValue.from(next.place()),
          IValue.from(written));
    }
    free(slot);
    next.arena().taken.set(next.place());
    placeOf[slot] = next;
  }

  /** Gives the slot's place back. */
  void free(int slot) {
    Place place = placeOf[slot];
    if (place != null) {
      place.arena().taken.clear(place.place());
      placeOf[slot] = null;
    }
  }

  /**
   * Writes to {@code target} where one token's keys and values go: rows of the slot's arena seen as
   * [2 * places * kvHeads * capacity, headDim].
   */
  void rowsOf(int slot, int position, long[] target, int at) {
    Place place = place(slot, placeOf);
    long capacity = place.arena().capacity;
    long values = capacity * place.arena().places * kvHeads;
    for (int head = 0; head < kvHeads; head++) {
      long row = ((long) place.place() * kvHeads + head) * capacity + position;
      target[at + head] = row;
      target[at + kvHeads + head] = values + row;
    }
  }

  private static Place place(int slot, @Nullable Place[] places) {
    Place place = places[slot];
    if (place == null) {
      throw new IllegalStateException("slot " + slot + " holds nothing");
    }
    return place;
  }

  /** A free place, not yet marked as taken. */
  private Place take(int capacity) {
    Arena arena =
        arenas.stream()
            .filter(a -> a.hasRoom(capacity))
            .findFirst()
            .orElseGet(() -> make(capacity));
    return new Place(arena, arena.taken.nextClearBit(0));
  }

  /**
   * A new arena. Empty ones of other capacities give their memory back first: until then they keep
   * it, for new memory costs a page fault every 4 KiB and the next session may well be as long as
   * the last.
   */
  private Arena make(int capacity) {
    for (Arena arena : arenas) {
      if (arena.taken.isEmpty() && arena.places > 0) {
        resize(arena, arena.capacity, 0);
      }
    }
    Arena arena = arenas.stream().filter(a -> a.places == 0).findFirst().orElseGet(this::addArena);
    long bytes = (long) capacity * bytesPerToken;
    resize(arena, capacity, (int) Math.max(1, Math.min(MOST_PLACES, ARENA_BYTES / bytes)));
    return arena;
  }

  private Arena addArena() {
    Arena arena = new Arena(arenas.size());
    arenas.add(arena);
    return arena;
  }

  private void resize(Arena arena, int capacity, int places) {
    module.run("make_arena", IValue.from(arena.index), IValue.from(capacity), IValue.from(places));
    arena.capacity = capacity;
    arena.places = places;
  }
}
