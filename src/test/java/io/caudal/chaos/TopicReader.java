package io.caudal.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
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
    List<SeenBytes> unreadable = new ArrayList<>();
    List<SeenBytes> letters = new ArrayList<>();
    readBytes(
        "caudal.requests",
        (place, key, value) -> {
          try {
            requests.add(SeenRequest.of(place, key, JSON.readTree(value)));
          } catch (IOException e) {
            unreadable.add(new SeenBytes(place, Base64.getEncoder().encodeToString(value)));
          }
        });
    readAll("caudal.dead-letter", (place, key, json) -> letters.add(original(json)));
    readAll("caudal.results", (place, key, json) -> results.add(SeenResult.of(place, json)));
    readAll("caudal.tokens", (place, key, json) -> pieces.add(SeenPiece.of(json)));
    return new Evidence(requests, results, pieces, unreadable, letters);
  }

  private static SeenBytes original(JsonNode letter) {
    Place place = new Place(letter.path("partition").asInt(), letter.path("offset").asLong());
    return new SeenBytes(place, letter.path("original").asText());
  }

  /**
   * Takes one record.
   *
   * @param <V> its value
   */
  interface Taker<V> {
    void take(Place place, String key, V value);
  }

  /** As {@link #readBytes}, of a topic that holds JSON only. */
  void readAll(String topic, Taker<JsonNode> taker) {
    readBytes(topic, (place, key, value) -> taker.take(place, key, parse(value)));
  }

  /**
   * Every committed record that is in the topic now. A transaction that is still open is waited
   * for: what lies behind it can't be read by anybody.
   */
  private void readBytes(String topic, Taker<byte[]> taker) {
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
                        entry.value()));
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
