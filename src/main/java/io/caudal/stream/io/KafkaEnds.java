package io.caudal.stream.io;

import io.caudal.config.Delivery;
import io.caudal.config.KafkaSettings;
import io.caudal.protocol.ControlAck;
import io.caudal.protocol.ControlAckJson;
import io.caudal.protocol.ControlChange;
import io.caudal.protocol.ControlChangeJson;
import io.caudal.protocol.DeadLetter;
import io.caudal.protocol.DeadLetterJson;
import io.caudal.protocol.MetricsJson;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import io.caudal.protocol.SessionChunk;
import io.caudal.protocol.SessionChunkJson;
import io.caudal.protocol.TokenChunk;
import io.caudal.protocol.TokenChunkJson;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaSinkBuilder;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.jspecify.annotations.Nullable;

/** The job's Kafka sources and sinks, as configured. */
public final class KafkaEnds {
  private final KafkaSettings settings;

  public KafkaEnds(KafkaSettings settings) {
    this.settings = settings;
  }

  /** Requests from where the group stopped, or from the topic's start. */
  @SuppressWarnings("deprecation") // the connector takes nothing else
  public KafkaSource<RawRecord> requests() {
    return source(
        settings.requestsTopic(),
        OffsetsInitializer.committedOffsets(
            org.apache.kafka.clients.consumer.OffsetResetStrategy.EARLIEST));
  }

  /**
   * Control changes. A job that starts without state takes all that the topic has kept, for they
   * are what is in force.
   */
  public KafkaSource<RawRecord> control() {
    return source(settings.controlTopic(), OffsetsInitializer.earliest());
  }

  public Sink<Result> results() {
    return sink(
        "results",
        settings.delivery(),
        new RecordWriter<>(
            settings.resultsTopic(),
            result -> either(result.sessionId(), result.requestId()),
            ResultJson::write));
  }

  public Sink<DeadLetter> deadLetters() {
    return sink(
        "dead-letters",
        settings.delivery(),
        new RecordWriter<>(settings.deadLetterTopic(), letter -> null, DeadLetterJson::write));
  }

  /** Exported sessions; in the same transactions as the results that say so. */
  public Sink<SessionChunk> sessions() {
    return sink(
        "sessions",
        settings.delivery(),
        new RecordWriter<>(
            settings.sessionsTopic(),
            chunk -> chunk.origin().sessionId(),
            SessionChunkJson::write));
  }

  public Sink<TokenChunk> tokens() {
    return sink(
        "tokens",
        Delivery.AT_LEAST_ONCE,
        new RecordWriter<>(
            settings.tokensTopic(),
            chunk -> either(chunk.sessionId(), chunk.requestId()),
            TokenChunkJson::write));
  }

  public Sink<MetricsRecord> metrics() {
    return sink(
        "metrics",
        Delivery.AT_LEAST_ONCE,
        new RecordWriter<>(
            settings.metricsTopic(),
            metrics -> Integer.toString(metrics.subtask()),
            MetricsJson::write));
  }

  /** Health and reports, on the metrics topic. */
  public Sink<Observation> observations() {
    return sink(
        "observations",
        Delivery.AT_LEAST_ONCE,
        new RecordWriter<>(
            settings.metricsTopic(),
            Observation::type,
            observation -> observation.json().getBytes(StandardCharsets.UTF_8)));
  }

  public Sink<ControlAck> acks() {
    return sink(
        "acks",
        Delivery.AT_LEAST_ONCE,
        new RecordWriter<>(settings.acksTopic(), ControlAck::changeId, ControlAckJson::write));
  }

  /** Changes that the job makes itself, on the way to its own control stream. */
  public Sink<ControlChange> changes() {
    return sink(
        "changes",
        Delivery.AT_LEAST_ONCE,
        new RecordWriter<>(
            settings.controlTopic(), ControlChange::changeId, ControlChangeJson::write));
  }

  private KafkaSource<RawRecord> source(String topic, OffsetsInitializer start) {
    return KafkaSource.<RawRecord>builder()
        .setBootstrapServers(settings.bootstrapServers())
        .setGroupId(settings.groupId())
        .setClientIdPrefix(settings.groupId() + "-" + topic)
        .setTopics(topic)
        .setStartingOffsets(start)
        .setProperties(clientProperties())
        .setProperty("isolation.level", "read_committed")
        .setDeserializer(new RawRecordReader())
        .build();
  }

  private <T> Sink<T> sink(String name, Delivery delivery, RecordWriter<T> writer) {
    Properties properties = clientProperties();
    // Whoever waits for a token waits for nothing else: batches form while the broker is busy. What
    // is in a transaction nobody sees before its checkpoint, and that waits for all that is left:
    // not too much of it, where the broker is slow.
    boolean seenAtOnce = delivery == Delivery.AT_LEAST_ONCE;
    properties.putIfAbsent("linger.ms", seenAtOnce ? "0" : "100");
    properties.setProperty(
        "transaction.timeout.ms", Long.toString(settings.transactionTimeout().toMillis()));
    KafkaSinkBuilder<T> builder =
        KafkaSink.<T>builder()
            .setBootstrapServers(settings.bootstrapServers())
            .setKafkaProducerConfig(properties)
            .setRecordSerializer(writer);
    return switch (delivery) {
      case EXACTLY_ONCE ->
          new TransactionalSink<>(
              builder
                  .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                  .setTransactionalIdPrefix(settings.transactionalId(name))
                  // Else each checkpoint has ids of its own, which brokers keep for a week.
                  .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
                  .build(),
              settings,
              writer.topic());
      case AT_LEAST_ONCE -> builder.setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE).build();
    };
  }

  private Properties clientProperties() {
    Properties properties = new Properties();
    properties.putAll(settings.client());
    return properties;
  }

  private static String either(@Nullable String session, String request) {
    return session == null ? request : session;
  }
}
