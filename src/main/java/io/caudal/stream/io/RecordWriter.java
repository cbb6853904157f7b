package io.caudal.stream.io;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Writes records of one kind to one topic. */
final class RecordWriter<T> implements KafkaRecordSerializationSchema<T> {

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

  @Override
  public ProducerRecord<byte[], byte[]> serialize(
      T record, KafkaSinkContext context, @Nullable Long timestamp) {
    String text = key.of(record);
    byte[] bytes = text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    return new ProducerRecord<>(topic, bytes, value.of(record));
  }
}
