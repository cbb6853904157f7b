package io.caudal.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * What a request may ask for.
 *
 * @param maxBytes largest record of the requests topic
 * @param defaultMaxTokens tokens generated when a request doesn't say
 * @param maxNewTokens most that a request may ask for
 * @param timeout longest time from the start of a request's work to its result
 * @param firstTokenTimeout longest time from there to its first token; zero for no limit
 * @param decodeTimeout longest time from its first token to its result; zero for no limit
 * @param remembered results kept per session, for request ids that come again
 * @param sessionlessTtl how long the result of a request without a session is kept
 * @param singleFlight whether identical requests without a session are answered by one generation
 * @param maxAttempts engine failures of which a request may be part before it is refused
 */
public record RequestSettings(
    long maxBytes,
    int defaultMaxTokens,
    int maxNewTokens,
    Duration timeout,
    Duration firstTokenTimeout,
    Duration decodeTimeout,
    int remembered,
    Duration sessionlessTtl,
    boolean singleFlight,
    int maxAttempts)
    implements Serializable {

  static final ConfigKey<Long> MAX_BYTES =
      ConfigKey.bytes(
          "request.max-bytes",
          "1mb",
          1024,
          64 << 20,
          "Largest value of a record on the requests topic; larger ones go to the dead-letter"
              + " topic, which keeps the first 700,000 bytes.");
  static final ConfigKey<Integer> DEFAULT_MAX_TOKENS =
      ConfigKey.integer(
              "request.default-max-tokens",
              256,
              1,
              1 << 20,
              "Tokens generated at most when a request has no `max_tokens`.")
          .in("tokens")
          .live();
  static final ConfigKey<Integer> MAX_NEW_TOKENS =
      ConfigKey.integer(
              "request.max-new-tokens", 4096, 1, 1 << 20, "Largest `max_tokens` of a request.")
          .in("tokens");
  static final ConfigKey<Duration> TIMEOUT =
      ConfigKey.duration(
              "request.timeout",
              "10min",
              "100ms",
              "24h",
              "Longest time from the start of a request's work to its result; then it fails with"
                  + " `timeout`.")
          .live();
  static final ConfigKey<Duration> FIRST_TOKEN_TIMEOUT =
      ConfigKey.duration(
              "request.first-token-timeout",
              "0ms",
              "0ms",
              "24h",
              "Longest time from the start of a request's work to its first token: queue, restore and"
                  + " prefill; then it fails with `timeout`. 0: `request.timeout` alone holds.")
          .live();
  static final ConfigKey<Duration> DECODE_TIMEOUT =
      ConfigKey.duration(
              "request.decode-timeout",
              "0ms",
              "0ms",
              "24h",
              "Longest time from a request's first token to its last; then it fails with `timeout`. 0:"
                  + " `request.timeout` alone holds.")
          .live();
  static final ConfigKey<Integer> REMEMBERED =
      ConfigKey.integer(
              "request.remembered",
              16,
              1,
              1024,
              "Results kept per session: a request id that comes again within them is answered from"
                  + " there, not generated again.")
          .in("results")
          .live();

  static final ConfigKey<Duration> SESSIONLESS_TTL =
      ConfigKey.duration(
              "request.sessionless-ttl",
              "1h",
              "1s",
              "3650d",
              "How long the result of a request without a session is kept: identical requests within it"
                  + " are answered from there.")
          .live();

  static final ConfigKey<Boolean> SINGLE_FLIGHT =
      ConfigKey.flag(
              "request.single-flight",
              true,
              "Whether identical requests without a session run once, also while the first one is"
                  + " queued or running; otherwise each is generated, one after the other.")
          .live();

  static final ConfigKey<Integer> MAX_ATTEMPTS =
      ConfigKey.integer(
          "request.max-attempts",
          3,
          1,
          1000,
          "How often the engine of a TaskManager may fail in a step with a request, alone or with"
              + " all others of the step, before the request is answered with `breaks_engine`"
              + " instead of tried again.");

  static final List<ConfigKey<?>> KEYS =
      List.of(
          MAX_BYTES,
          DEFAULT_MAX_TOKENS,
          MAX_NEW_TOKENS,
          TIMEOUT,
          FIRST_TOKEN_TIMEOUT,
          DECODE_TIMEOUT,
          REMEMBERED,
          SESSIONLESS_TTL,
          SINGLE_FLIGHT,
          MAX_ATTEMPTS);

  public static RequestSettings from(Settings settings) {
    return new RequestSettings(
        settings.get(MAX_BYTES),
        settings.get(DEFAULT_MAX_TOKENS),
        settings.get(MAX_NEW_TOKENS),
        settings.get(TIMEOUT),
        settings.get(FIRST_TOKEN_TIMEOUT),
        settings.get(DECODE_TIMEOUT),
        settings.get(REMEMBERED),
        settings.get(SESSIONLESS_TTL),
        settings.get(SINGLE_FLIGHT),
        settings.get(MAX_ATTEMPTS));
  }
}
