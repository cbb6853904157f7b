package io.caudal.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads topics of Caudal from beginning to end, committed records only, with nothing but Kafka. */
final class TopicReader {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private final String bootstrapServers;

  TopicReader(String bootstrapServers) {
    this.bootstrapServers = bootstrapServers;
  }

  String bootstrapServers() {
    return bootstrapServers;
  }

  Evidence read() {
    List<SeenRequest> requests = new ArrayList<>();
    List<SeenResult> results = new ArrayList<>();
    List<SeenPiece> pieces = new ArrayList<>();
    readAll(
        "caudal.requests", (place, key, json) -> requests.add(SeenRequest.of(place, key, json)));
    readAll("caudal.results", (place, key, json) -> results.add(SeenResult.of(place, json)));
    readAll("caudal.tokens", (place, key, json) -> pieces.add(SeenPiece.of(json)));
    return new Evidence(requests, results, pieces);
  }

  /** Takes one record. */
  interface Taker {
    void take(Place place, String key, JsonNode value);
  }

  /**
   * Every committed record that is in the topic now. A transaction that is still open is waited
   * for: what lies behind it can't be read by anybody.
   */
  void readAll(String topic, Taker taker) {
    try (KafkaConsumer<byte[], byte[]> everything = consumer("read_uncommitted");
        KafkaConsumer<byte[], byte[]> consumer = consumer("read_committed")) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = everything.endOffsets(partitions);
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(
                entry ->
                    taker.take(
                        new Place(entry.partition(), entry.offset()),
                        entry.key() == null ? "" : new String(entry.key(), UTF_8),
                        parse(entry.value())));
        if (System.nanoTime() > deadline) {
          throw new AssertionError(
              "readers of " + topic + " are held back by an open transaction for " + LIMIT);
        }
      }
    }
  }

  KafkaConsumer<byte[], byte[]> consumer(String isolation) {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers",
            bootstrapServers,
            "isolation.level",
            isolation,
            "enable.auto.commit",
            "false"),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  static JsonNode parse(byte[] value) {
    try {
      return JSON.readTree(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
