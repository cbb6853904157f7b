package io.caudal.chaos;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A client's two ends: requests go out, committed results from now on come in. It waits minutes for
 * a broker that is away. Any thread may send; one polls and closes.
 */
final class Wire implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(50);

  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private volatile @Nullable Exception failure;

  Wire(TopicReader reader) {
    producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers", reader.bootstrapServers(),
                "acks", "all",
                "linger.ms", "0",
                "max.block.ms", "600000",
                "delivery.timeout.ms", "600000",
                "request.timeout.ms", "20000"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    consumer = reader.consumer("read_committed");
    List<TopicPartition> partitions =
        consumer.partitionsFor("caudal.results").stream()
            .map(info -> new TopicPartition("caudal.results", info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
  }

  /** A request without its names. */
  static ObjectNode generate(Script.Said said) {
    ObjectNode body = object("generate");
    body.putArray("messages").addObject().put("role", "user").put("content", said.text());
    if (said.exactTokens() > 0) {
      return body.put("max_tokens", said.exactTokens()).put("ignore_eos", true);
    }
    return body.put("max_tokens", 48);
  }

  /** A request of this type and nothing else. */
  static ObjectNode object(String type) {
    return JsonNodeFactory.instance.objectNode().put("v", 1).put("type", type);
  }

  void send(String session, String id, ObjectNode body) {
    send(session, body.put("request_id", id).toString());
  }

  /**
   * Sends any record.
   *
   * @param key null for none
   */
  void send(@Nullable String key, String text) {
    byte[] value = text.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
    Future<?> unused =
        producer.send(
            new ProducerRecord<>("caudal.requests", bytes, value),
            (metadata, e) -> {
              if (e != null) {
                failure = e;
              }
            });
  }

  /** Hands over what has come; waits a little if nothing has. */
  void poll(Consumer<SeenResult> results) {
    if (failure != null) {
      throw new AssertionError("a request could not be sent", failure);
    }
    consumer
        .poll(POLL)
        .forEach(
            entry ->
                results.accept(
                    SeenResult.of(
                        new Place(entry.partition(), entry.offset()),
                        TopicReader.parse(entry.value()))));
  }

  @Override
  public void close() {
    producer.close(Duration.ZERO);
    consumer.close();
  }
}
