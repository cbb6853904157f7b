package io.caudal.stream.io;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetIdentifier;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacetProvider;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Writes records of one kind to one topic. */
final class RecordWriter<T>
    implements KafkaRecordSerializationSchema<T>, KafkaDatasetFacetProvider {

  /** The record's key; null for none. */
  interface Key<T> extends Serializable {
    @Nullable String of(T record);
  }

  /** The record's value. */
  interface Value<T> extends Serializable {
    byte[] of(T record);
  }

  private final String topic;
  private final Key<T> key;
  private final Value<T> value;

  RecordWriter(String topic, Key<T> key, Value<T> value) {
    this.topic = topic;
    this.key = key;
    this.value = value;
  }

  String topic() {
    return topic;
  }

  @Override
  public ProducerRecord<byte[], byte[]> serialize(
      T record, KafkaSinkContext context, @Nullable Long timestamp) {
    String text = key.of(record);
    byte[] bytes = text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    return new ProducerRecord<>(topic, bytes, value.of(record));
  }

  /** For lineage, and for the sink to find transactions that a failed run left open. */
  @Override
  public Optional<KafkaDatasetFacet> getKafkaDatasetFacet() {
    return Optional.of(
        new DefaultKafkaDatasetFacet(DefaultKafkaDatasetIdentifier.ofTopics(List.of(topic))));
  }
}
