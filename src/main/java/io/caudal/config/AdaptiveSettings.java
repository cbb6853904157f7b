package io.caudal.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What the adaptive controller is to keep, and what it may move for that.
 *
 * @param interval least length of the windows that it judges by
 * @param ttftTarget for the 95th percentile of time to first token; zero for none
 * @param itlTarget for the 95th percentile of gaps between tokens; zero for none
 * @param memoryLimit bytes for the HOST tier and for KV that waits together; 0 leaves both alone
 * @param bounds of the settings that it may move, by key
 */
public record AdaptiveSettings(
    AdaptiveMode mode,
    Duration interval,
    Duration ttftTarget,
    Duration itlTarget,
    long memoryLimit,
    Map<String, Bounds> bounds)
    implements Serializable {

  static final ConfigKey<AdaptiveMode> MODE =
      ConfigKey.choice(
              "adaptive.mode",
              AdaptiveMode.OFF,
              AdaptiveMode.class,
              "Whether the job moves live settings by itself, by what its metrics show: `on` changes"
                  + " them, one at a time, and takes back what did harm; `advise` only has"
                  + " `bin/caudal report` say what it would change.")
          .live();
  static final ConfigKey<Duration> INTERVAL =
      ConfigKey.duration(
              "adaptive.interval",
              "10s",
              "100ms",
              "10min",
              "Least length of the windows by which the adaptive controller judges; they end with a"
                  + " metrics record (`metrics.interval`).")
          .live();
  static final ConfigKey<Duration> TTFT_TARGET =
      ConfigKey.duration(
              "adaptive.ttft-target",
              "1s",
              "0ms",
              "1h",
              "What the adaptive controller keeps the 95th percentile of time to first token below. 0:"
                  + " no target.")
          .live();
  static final ConfigKey<Duration> ITL_TARGET =
      ConfigKey.duration(
              "adaptive.itl-target",
              "100ms",
              "0ms",
              "1h",
              "What the adaptive controller keeps the 95th percentile of gaps between tokens below. 0:"
                  + " no target.")
          .live();
  static final ConfigKey<Long> MEMORY_LIMIT =
      ConfigKey.bytes(
              "adaptive.memory-limit",
              "0",
              0,
              1L << 41,
              "Most that `kv.host.bytes` and `kv.waiting-bytes` may come to together; the adaptive"
                  + " controller lowers them to it, and raises them up to it. 0: it leaves both as"
                  + " they are set.")
          .live();
  static final ConfigKey<Map<String, Bounds>> BOUNDS =
      ConfigKey.bounds(
              "adaptive.bounds",
              String.join(
                  ",",
                  "engine.max-batch=4..128",
                  "engine.token-budget=128..4096",
                  "engine.prefill-percent=50..600",
                  "engine.batch-linger=0ms..20ms",
                  "engine.speculative-tokens=0..8",
                  "engine.step-loops=1..64",
                  "kv.host.bytes=16mb..2gb",
                  "kv.waiting-bytes=16mb..1gb",
                  "kv.prefetch-sessions=16..1024",
                  "kv.compression=none..zstd",
                  "kv.use-compression=false..true",
                  "kv.compression-ratio=1..2",
                  "kv.eviction-policy=lru..adaptive"),
              "Which live settings the adaptive controller may move, and how far; others it never"
                  + " touches. A value beyond them stays until a rule moves it back.")
          .live();

  static final List<ConfigKey<?>> KEYS =
      List.of(MODE, INTERVAL, TTFT_TARGET, ITL_TARGET, MEMORY_LIMIT, BOUNDS);

  public static AdaptiveSettings from(Settings settings) {
    return new AdaptiveSettings(
        settings.get(MODE),
        settings.get(INTERVAL),
        settings.get(TTFT_TARGET),
        settings.get(ITL_TARGET),
        settings.get(MEMORY_LIMIT),
        settings.get(BOUNDS));
  }
}
