package io.caudal.config;

import java.io.Serializable;
import java.util.List;

/**
 * How the KV that is written to state from now on is encoded.
 *
 * @param codec what is kept of the numbers, unless the ratio decides
 * @param compression what is done besides, unless the ratio decides
 * @param byRatio whether {@code ratio} decides
 * @param ratio how many times smaller than 16 bits a number a block should be
 * @param recentTokens a session's last tokens, whose KV is kept as it is
 */
public record KvCodecSettings(
    KvCodec codec, KvCompression compression, boolean byRatio, double ratio, int recentTokens)
    implements Serializable {

  static final ConfigKey<KvCodec> CODEC =
      ConfigKey.choice(
              "kv.codec",
              KvCodec.NONE,
              KvCodec.class,
              "What is kept of the numbers of KV in state: all; 16 bits; 8 or 4 bits in groups with"
                  + " scales. With `int8`, `int4` and, of fp32 KV, `half`, a restored session's"
                  + " answers may differ from those of one that stayed on the device.")
          .live();
  static final ConfigKey<KvCompression> COMPRESSION =
      ConfigKey.choice(
              "kv.compression",
              KvCompression.NONE,
              KvCompression.class,
              "Lossless compression of KV in state, after `kv.codec`.")
          .live();
  static final ConfigKey<Boolean> USE_COMPRESSION =
      ConfigKey.flag(
              "kv.use-compression",
              false,
              "Whether `kv.compression-ratio` chooses codec and compression for each block, instead"
                  + " of `kv.codec` and `kv.compression`.")
          .live();
  static final ConfigKey<Double> COMPRESSION_RATIO =
      ConfigKey.decimal(
              "kv.compression-ratio",
              1.7,
              1,
              8,
              "How many times smaller than with 16 bits a number a block of KV in state should be:"
                  + " the codec that loses least and reaches it is taken, or the smallest if none"
                  + " does; see `kv.use-compression`.")
          .live();
  static final ConfigKey<Integer> RECENT_TOKENS =
      ConfigKey.integer(
              "kv.recent-tokens",
              128,
              0,
              1 << 20,
              "Last tokens of a session whose KV in state keeps all of its numbers, whatever the"
                  + " codec.")
          .live();

  static final List<ConfigKey<?>> KEYS =
      List.of(CODEC, COMPRESSION, USE_COMPRESSION, COMPRESSION_RATIO, RECENT_TOKENS);

  public static KvCodecSettings from(Settings settings) {
    return new KvCodecSettings(
        settings.get(CODEC),
        settings.get(COMPRESSION),
        settings.get(USE_COMPRESSION),
        settings.get(COMPRESSION_RATIO),
        settings.get(RECENT_TOKENS));
  }
}
