package io.caudal.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * Where sessions' KV lives and for how long.
 *
 * @param deviceTokens token positions of KV on the device, over all step loops of an engine
 * @param evictionPolicy whose KV makes way on the device and off the heap
 * @param hostBytes most KV off the heap, over all step loops of an engine
 * @param blockBytes size that a KV block in state aims at
 * @param persist which sessions' KV is written to state
 * @param waitingBytes most KV on the heap for sessions that wait for the device
 * @param restoreTimeout longest time of reading one session's KV from state; zero for no limit
 * @param sessionMaxTokens most tokens of one session
 * @param hostGc whether host memory is kept below a share of its limit
 * @param hostGcThreshold that share
 * @param prefetch whether KV is read from state ahead of a session's turn on the device
 * @param prefetchSessions of how many sessions
 * @param warmStart share of the device's room that KV is brought to after a restart, 0 to 1
 * @param ttl idle time after which a session is forgotten
 */
public record KvSettings(
    int deviceTokens,
    Eviction evictionPolicy,
    long hostBytes,
    long blockBytes,
    KvPersist persist,
    long waitingBytes,
    Duration restoreTimeout,
    int sessionMaxTokens,
    Duration ttl,
    boolean hostGc,
    double hostGcThreshold,
    boolean prefetch,
    int prefetchSessions,
    double warmStart)
    implements Serializable {

  static final ConfigKey<Integer> DEVICE_TOKENS =
      ConfigKey.integer(
              "kv.device.tokens",
              65536,
              256,
              Integer.MAX_VALUE,
              "Token positions of KV that an engine keeps on its device, for running sequences and for"
                  + " sessions that may come back; its step loops share them evenly. Where it shrinks, idle"
                  + " sessions make way, and sequences that need more go on to their end first.")
          .in("tokens")
          .live();
  static final ConfigKey<Eviction> EVICTION_POLICY =
      ConfigKey.choice(
              "kv.eviction-policy",
              Eviction.ADAPTIVE,
              Eviction.class,
              "Whose KV makes way when the device, or memory off the heap, is full: of the session"
                  + " that was used longest ago (lru), least often since it came (lfu), or that is"
                  + " worth least by how such sessions have come back (adaptive; until it has learnt"
                  + " that, as lru). Off the heap it goes by blocks.")
          .live();
  static final ConfigKey<Long> HOST_BYTES =
      ConfigKey.bytes(
              "kv.host.bytes",
              "128mb",
              0,
              1L << 40,
              "KV that an engine keeps off the JVM's heap: of sessions that were here, and of"
                  + " beginnings that several share. 0 turns this tier and the sharing off.")
          .live();
  static final ConfigKey<Long> BLOCK_BYTES =
      ConfigKey.bytes(
          "kv.block-bytes",
          "256kb",
          4096,
          2 << 20,
          "Size that a KV block in Flink state aims at; a block holds a power of two of tokens.");
  static final ConfigKey<KvPersist> PERSIST =
      ConfigKey.choice(
              "kv.persist",
              KvPersist.ALWAYS,
              KvPersist.class,
              "Whether a turn's KV is written to state: always, never, or while reading it back is"
                  + " expected to be faster than computing it again (adaptive). Tokens always are, so"
                  + " every session can be rebuilt.")
          .live();
  static final ConfigKey<Long> WAITING_BYTES =
      ConfigKey.bytes(
              "kv.waiting-bytes",
              "128mb",
              0,
              1L << 40,
              "KV read from state, on the JVM's heap, for sessions that wait for their turn on the"
                  + " device; half of that heap at most for each engine. Beyond it a subtask"
                  + " reads for one session at a time, which is recomputed from its tokens if others'"
                  + " KV still waits then. 0: all are recomputed.")
          .live();
  static final ConfigKey<Duration> RESTORE_TIMEOUT =
      ConfigKey.duration(
              "kv.restore-timeout",
              "0ms",
              "0ms",
              "24h",
              "Longest time of reading one session's KV from state; what is not read by then is"
                  + " recomputed from its tokens, and written again with the turn. A `warm` request"
                  + " warms what was read. 0: no limit.")
          .live();
  static final ConfigKey<Double> WARM_START =
      ConfigKey.decimal(
          "kv.warm-start",
          0.5,
          0,
          1,
          "After a restart, KV is read from state before anybody asks for it, of the sessions that"
              + " were used last, until this share of `kv.device.tokens` is in use. 0: none.");
  static final ConfigKey<Integer> SESSION_MAX_TOKENS =
      ConfigKey.integer(
              "kv.session.max-tokens",
              0,
              0,
              Integer.MAX_VALUE,
              "Most tokens that a session may remember; 0 takes the model's context length.")
          .in("tokens")
          .live();
  static final ConfigKey<Duration> TTL =
      ConfigKey.duration(
              "kv.state.ttl",
              "7d",
              "1s",
              "3650d",
              "Idle time after which a session is forgotten: its tokens, KV and recent results. A"
                  + " shorter one holds for a session from its next request on.")
          .live();

  static final ConfigKey<Boolean> HOST_GC =
      ConfigKey.flag(
              "kv.host.gc",
              false,
              "Whether KV off the heap is kept below `kv.host.gc-threshold` in the background, so"
                  + " that there is room before it is needed.")
          .live();

  static final ConfigKey<Double> HOST_GC_THRESHOLD =
      ConfigKey.decimal(
              "kv.host.gc-threshold",
              0.9,
              0.05,
              1,
              "Share of `kv.host.bytes` above which, with `kv.host.gc`, KV leaves each second, as"
                  + " `kv.eviction-policy` says, until it isn't above any more. KV of pinned"
                  + " sessions stays up to `kv.host.bytes` itself.")
          .live();

  static final ConfigKey<Boolean> PREFETCH =
      ConfigKey.flag(
              "kv.prefetch",
              true,
              "Whether the KV of sessions that wait for their turn on the device is read from state"
                  + " and decoded meanwhile. If not, it is read one session at a time, each when"
                  + " the one before is on the device.")
          .live();

  static final ConfigKey<Integer> PREFETCH_SESSIONS =
      ConfigKey.integer(
              "kv.prefetch-sessions",
              256,
              1,
              65536,
              "With `kv.prefetch`, of how many sessions of a subtask at a time; others wait, by"
                  + " priority. `kv.waiting-bytes` holds too.")
          .in("sessions")
          .live();

  static final List<ConfigKey<?>> KEYS =
      List.of(
          DEVICE_TOKENS,
          EVICTION_POLICY,
          HOST_BYTES,
          HOST_GC,
          HOST_GC_THRESHOLD,
          BLOCK_BYTES,
          PERSIST,
          WAITING_BYTES,
          RESTORE_TIMEOUT,
          PREFETCH,
          PREFETCH_SESSIONS,
          WARM_START,
          SESSION_MAX_TOKENS,
          TTL);

  /** Sessions whose KV may be read before they are on the device. */
  public int prefetchPlaces() {
    return prefetch ? prefetchSessions : 1;
  }

  /** Most bytes of KV that may wait on a JVM's heap: half of it, for all else needs room too. */
  public static long mostWaiting(double heapBytes) {
    return (long) (heapBytes / 2);
  }

  /** Bytes of KV that may wait on a JVM's heap. */
  public long waitingRoom(double heapBytes) {
    return Math.min(waitingBytes, mostWaiting(heapBytes));
  }

  public static KvSettings from(Settings settings) {
    return new KvSettings(
        settings.get(DEVICE_TOKENS),
        settings.get(EVICTION_POLICY),
        settings.get(HOST_BYTES),
        settings.get(BLOCK_BYTES),
        settings.get(PERSIST),
        settings.get(WAITING_BYTES),
        settings.get(RESTORE_TIMEOUT),
        settings.get(SESSION_MAX_TOKENS),
        settings.get(TTL),
        settings.get(HOST_GC),
        settings.get(HOST_GC_THRESHOLD),
        settings.get(PREFETCH),
        settings.get(PREFETCH_SESSIONS),
        settings.get(WARM_START));
  }
}
