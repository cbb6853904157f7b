package io.caudal.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where requests come from and where everything goes.
 *
 * @param resultBytes most bytes of a result's answers as JSON
 * @param client further settings of every Kafka client (security and the like); never printed
 */
public record KafkaSettings(
    String bootstrapServers,
    String groupId,
    String requestsTopic,
    String resultsTopic,
    String tokensTopic,
    String metricsTopic,
    String controlTopic,
    String acksTopic,
    String deadLetterTopic,
    String sessionsTopic,
    Delivery delivery,
    Duration transactionTimeout,
    int resultBytes,
    Map<String, String> client)
    implements Serializable {

  private static final String TOPIC_NAME = "[a-zA-Z0-9._-]{1,249}";

  static final ConfigKey<String> BOOTSTRAP_SERVERS =
      ConfigKey.text(
          "kafka.bootstrap-servers",
          "127.0.0.1:9092",
          "\\S+",
          "HOST:PORT[,HOST:PORT…]",
          "The Kafka brokers to start from.");
  static final ConfigKey<String> GROUP_ID =
      ConfigKey.text(
          "kafka.group-id",
          "caudal",
          "[\\w.-]{1,128}",
          "up to 128 letters, digits and .-",
          "Consumer group and prefix of the transactional ids; one per job.");
  static final ConfigKey<String> REQUESTS = topic("requests", "Requests; key: session id or null.");
  static final ConfigKey<String> RESULTS = topic("results", "One final record per request.");
  static final ConfigKey<String> TOKENS = topic("tokens", "Pieces of text as they are generated.");
  static final ConfigKey<String> METRICS = topic("metrics", "Counters, gauges, latency sketches.");
  static final ConfigKey<String> CONTROL = topic("control", "Changes of live settings.");
  static final ConfigKey<String> ACKS =
      ConfigKey.text(
          "topics.control-acks",
          "caudal.control.acks",
          TOPIC_NAME,
          "a topic name",
          "What each subtask made of a change.");
  static final ConfigKey<String> DEAD_LETTER =
      topic("dead-letter", "Input that could not be understood, with its original bytes.");
  static final ConfigKey<String> SESSIONS =
      topic("sessions", "Exported sessions; key: session id.");
  static final ConfigKey<Delivery> DELIVERY =
      ConfigKey.choice(
          "results.delivery",
          Delivery.EXACTLY_ONCE,
          Delivery.class,
          "`exactly-once` writes results and dead letters in Kafka transactions that commit with"
              + " each checkpoint, so the checkpoint interval is a result's least latency; readers"
              + " set `isolation.level=read_committed`. `at-least-once` writes at once.");
  static final ConfigKey<Duration> TRANSACTION_TIMEOUT =
      ConfigKey.duration(
          "results.transaction-timeout",
          "15min",
          "10s",
          "24h",
          "Longest life of a Kafka transaction: more than checkpoint gap plus restart, at most the"
              + " broker's `transaction.max.timeout.ms`.");

  static final ConfigKey<Long> RESULT_BYTES =
      ConfigKey.bytes(
          "results.max-bytes",
          "1000000",
          1_000,
          100_000_000,
          "Most that a result's answers take as JSON; log probabilities are left out beyond it, and"
              + " a request with more text ends with `answer_too_large`. Raise it with"
              + " `max.message.bytes` of the results and tokens topics and"
              + " `kafka.client.max.request.size`, which must hold it and some thousand bytes more:"
              + " after a restart an answer's first piece is all of its text so far.");

  static final List<ConfigKey<?>> KEYS =
      List.of(
          BOOTSTRAP_SERVERS,
          GROUP_ID,
          REQUESTS,
          RESULTS,
          TOKENS,
          METRICS,
          CONTROL,
          ACKS,
          DEAD_LETTER,
          SESSIONS,
          DELIVERY,
          TRANSACTION_TIMEOUT,
          RESULT_BYTES);

  public static KafkaSettings from(Settings settings) {
    return new KafkaSettings(
        settings.get(BOOTSTRAP_SERVERS),
        settings.get(GROUP_ID),
        settings.get(REQUESTS),
        settings.get(RESULTS),
        settings.get(TOKENS),
        settings.get(METRICS),
        settings.get(CONTROL),
        settings.get(ACKS),
        settings.get(DEAD_LETTER),
        settings.get(SESSIONS),
        settings.get(DELIVERY),
        settings.get(TRANSACTION_TIMEOUT),
        Math.toIntExact(settings.get(RESULT_BYTES)),
        Map.copyOf(settings.withPrefix(Settings.KAFKA_CLIENT_PREFIX)));
  }

  /**
   * A transactional id of the job's, or what its ids begin with. No group id has a colon, so none
   * of another job begins the same.
   */
  public String transactionalId(String use) {
    return groupId + ":" + use;
  }

  /** Settings of a Kafka client of any kind; the caller's own to add to. */
  public Map<String, Object> clientConfig() {
    Map<String, Object> config = new HashMap<>(client);
    config.put("bootstrap.servers", bootstrapServers);
    return config;
  }

  /** Every topic, inputs and outputs. */
  public List<String> topics() {
    return List.of(
        requestsTopic,
        resultsTopic,
        tokensTopic,
        metricsTopic,
        controlTopic,
        acksTopic,
        deadLetterTopic,
        sessionsTopic);
  }

  @Override
  public String toString() {
    return "KafkaSettings[" + bootstrapServers + ", client " + client.keySet() + "]";
  }

  private static ConfigKey<String> topic(String name, String description) {
    return ConfigKey.text(
        "topics." + name, "caudal." + name, TOPIC_NAME, "a topic name", description);
  }
}
