package io.caudal.engine;

import io.caudal.config.Eviction;
import io.caudal.kv.policy.EvictionPolicy;
import io.caudal.kv.policy.KvEntry;
import io.caudal.kv.policy.Policies;
import io.caudal.kv.policy.Use;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sessions that have KV on the device and nothing to do, and which of them makes way next. The
 * policy also knows sessions that were here lately, so that it learns when such come back.
 *
 * <p>Owned by the thread that steps the engine.
 */
final class IdleSessions {
  /**
   * What a session left on the device.
   *
   * @param tokens whose first {@code held} have KV
   */
  record Idle(int slot, int[] tokens, int held, int room) {
    Idle(int slot, int[] tokens, int room) {
      this(slot, tokens, tokens.length, room);
    }

    /** Tokens with KV that are also what {@code context} begins with. */
    int common(int[] context) {
      int most = Math.min(held, context.length);
      int at = tokens == context ? -1 : Arrays.mismatch(tokens, 0, most, context, 0, most);
      return at < 0 ? most : at;
    }
  }

  private static final class Entry extends KvEntry {
    private final String session;
    private @Nullable Idle idle;

    Entry(long id, String session) {
      super(id);
      this.session = session;
    }

    Idle idle() {
      return Objects.requireNonNull(idle);
    }
  }

  private final EngineClock clock;
  private final Map<String, Entry> here = new LinkedHashMap<>();

  /** Those that run or were evicted, the last last. */
  private final LinkedHashMap<String, Entry> away;

  /** Those that wait for a turn: they make way last. */
  private final Set<Entry> wanted = new LinkedHashSet<>();

  /** By the user's wish: they make way after all others. */
  private final Set<String> pinned = new HashSet<>();

  private Eviction policyName = Eviction.ADAPTIVE;
  private EvictionPolicy<Entry> policy = Policies.of(policyName, Long.MAX_VALUE);
  private long entries;
  private int room;

  /** Of it, that of sessions that are wanted or pinned. */
  private int keptRoom;

  /**
   * @param remembered sessions that the policy knows at most, besides those that are here
   */
  IdleSessions(EngineClock clock, int remembered) {
    this.clock = clock;
    this.away =
        new LinkedHashMap<>() {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Entry> eldest) {
            if (size() <= remembered) {
              return false;
            }
            policy.forget(eldest.getValue());
            return true;
          }
        };
  }

  /** A live setting. The new policy begins with what is here, in the order in which it came. */
  void setPolicy(Eviction name) {
    if (name == policyName) {
      return;
    }
    policyName = name;
    policy = Policies.of(name, Long.MAX_VALUE);
    Map<String, Entry> before = new LinkedHashMap<>(here);
    List<Entry> waiting = List.copyOf(wanted);
    here.clear();
    away.clear();
    wanted.clear();
    room = 0;
    keptRoom = 0;
    before.forEach((session, entry) -> add(session, entry.idle(), 0));
    waiting.forEach(entry -> want(entry.session));
  }

  /** Tokens of room that all of them take. */
  int room() {
    return room;
  }

  /** Of these, the room of sessions that wait for no turn and aren't pinned. */
  int unwantedRoom() {
    return room - keptRoom;
  }

  /**
   * A turn of the session has ended; it has nothing here yet.
   *
   * @param outputTokens that the turn generated
   */
  void add(String session, Idle idle, int outputTokens) {
    Entry entry = arrival(session);
    policy.used(entry, Use.ofSession(outputTokens, 1), nowMillis());
    put(entry, idle);
  }

  /** What was {@linkplain #take taken} could not run yet. */
  void putBack(String session, Idle idle) {
    put(arrival(session), idle);
  }

  private Entry arrival(String session) {
    Entry known = away.remove(session);
    return known == null ? new Entry(entries++, session) : known;
  }

  private void put(Entry entry, Idle idle) {
    entry.idle = idle;
    here.put(entry.session, entry);
    room += idle.room();
    policy.resized(entry, idle.room());
    if (pinned.contains(entry.session)) {
      policy.pin(entry);
      keptRoom += idle.room();
    }
  }

  /** A session of which something may be here or come. */
  void setPinned(String session, boolean pin) {
    boolean changed = pin ? pinned.add(session) : pinned.remove(session);
    Entry entry = here.get(session);
    if (changed && entry != null) {
      int kept = wanted.contains(entry) ? 0 : entry.idle().room();
      if (pin) {
        policy.pin(entry);
        keptRoom += kept;
      } else {
        policy.unpin(entry);
        keptRoom -= kept;
      }
    }
  }

  /** The session waits for a turn. */
  void want(String session) {
    Entry entry = here.get(session);
    if (entry != null && wanted.add(entry)) {
      policy.pin(entry);
      keptRoom += pinned.contains(session) ? 0 : entry.idle().room();
    }
  }

  /** The session waits no longer. */
  void unwant(String session) {
    Entry entry = here.get(session);
    if (entry != null && wanted.remove(entry)) {
      policy.unpin(entry);
      keptRoom -= pinned.contains(session) ? 0 : entry.idle().room();
    }
  }

  /** Takes out what the session left here; null if there is nothing. */
  @Nullable Idle take(String session) {
    unwant(session);
    Entry entry = here.remove(session);
    if (entry == null) {
      return null;
    }
    Idle idle = entry.idle();
    if (pinned.contains(session)) {
      policy.unpin(entry);
      keptRoom -= idle.room();
    }
    entry.idle = null;
    room -= idle.room();
    policy.resized(entry, 0);
    away.put(session, entry);
    return idle;
  }

  /** Who makes way next; null if nobody is here. */
  @Nullable String victim() {
    Entry victim = policy.victim(nowMillis());
    if (victim == null) {
      victim =
          Stream.concat(
                  wanted.stream().filter(entry -> !pinned.contains(entry.session)),
                  here.values().stream())
              .findFirst()
              .orElse(null);
    }
    return victim == null ? null : victim.session;
  }

  /** Nothing is known of the session any more; it has nothing here. */
  void forget(String session) {
    Entry entry = away.remove(session);
    if (entry != null) {
      policy.forget(entry);
    }
  }

  private long nowMillis() {
    return TimeUnit.NANOSECONDS.toMillis(clock.nanos());
  }
}
