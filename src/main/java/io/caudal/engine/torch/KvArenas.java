package io.caudal.engine.torch;

import ai.djl.pytorch.jni.IValue;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
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
  /**
   * How arenas are cut.
   *
   * @param smallest tokens of the smallest capacity; each next is twice as much
   * @param halfSteps whether there is one between each two
   * @param places of a capacity's first arena
   * @param grows whether the next has as many as all before it, else as many as the first
   * @param mostBytes of an arena with more than one place
   */
  record Cut(int smallest, boolean halfSteps, int places, boolean grows, long mostBytes) {
    /** What is read is what costs: little of it should be in vain. */
    static final Cut FOR_CPU = new Cut(64, true, 8, false, 64L << 20);

    /** Operations are what costs: the fewer arenas a batch lies in, the fewer there are. */
    static final Cut FOR_GPU = new Cut(256, false, 16, true, 1L << 30);

    /** The smallest capacity that holds {@code tokens}. */
    int capacity(int tokens) {
      int capacity = smallest;
      while (capacity < tokens) {
        int half = capacity + capacity / 2;
        capacity = halfSteps && half >= tokens ? half : capacity * 2;
      }
      return capacity;
    }
  }

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
  private final Cut cut;
  private final @Nullable Place[] placeOf;
  private final List<Arena> arenas = new ArrayList<>();

  KvArenas(DecoderModule module, int slots, int kvHeads, int bytesPerToken, Cut cut) {
    this.module = module;
    this.kvHeads = kvHeads;
    this.bytesPerToken = bytesPerToken;
    this.cut = cut;
    this.placeOf = new Place[slots];
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
    Place next = take(cut.capacity(tokens));
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
    int places = (int) Math.max(1, Math.min(places(capacity), cut.mostBytes() / bytes));
    while (!fits(arena, capacity, places)) {
      places /= 2;
    }
    return arena;
  }

  /** Whether there was memory for so many places; fails if there is none for one. */
  private boolean fits(Arena arena, int capacity, int places) {
    try {
      resize(arena, capacity, places);
      return true;
    } catch (CaudalException e) {
      if (e.code() != ErrorCode.OUT_OF_MEMORY || places == 1) {
        throw e;
      }
      return false;
    }
  }

  private int places(int capacity) {
    int before =
        arenas.stream().filter(one -> one.capacity == capacity).mapToInt(one -> one.places).sum();
    return cut.grows() ? Math.max(cut.places(), before) : cut.places();
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
