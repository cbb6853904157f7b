package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.MetricsJson;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A client of the job's topics: writes records, and remembers all that it reads of a topic. */
final class Topics implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String METRICS = "caudal.metrics";
  private static final KafkaSettings NAMES = KafkaSettings.from(Settings.of(Map.of()));
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Properties common = new Properties();
  private final KafkaProducer<byte[], byte[]> producer;
  private final Map<String, KafkaConsumer<byte[], byte[]>> consumers = new HashMap<>();
  private final Map<String, List<ConsumerRecord<byte[], byte[]>>> read = new HashMap<>();
  private int asked;

  Topics(String bootstrapServers) {
    common.put("bootstrap.servers", bootstrapServers);
    Properties config = new Properties();
    config.putAll(common);
    config.put("max.request.size", 20 << 20);
    producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  void send(String topic, @Nullable String key, String value) {
    send(topic, key, value.getBytes(StandardCharsets.UTF_8));
  }

  void send(String topic, @Nullable String key, byte @Nullable [] value) {
    byte[] bytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
    Future<?> sent = producer.send(new ProducerRecord<>(topic, bytes, value));
    producer.flush();
    assertThat(sent).isDone();
  }

  /** Sends a record without a key to a partition. */
  void sendTo(int partition, String topic, String value) {
    Future<?> sent =
        producer.send(
            new ProducerRecord<>(topic, partition, null, value.getBytes(StandardCharsets.UTF_8)));
    producer.flush();
    assertThat(sent).isDone();
  }

  /** Sends without waiting. */
  Future<RecordMetadata> post(String topic, byte @Nullable [] key, byte @Nullable [] value) {
    return producer.send(new ProducerRecord<>(topic, key, value));
  }

  /** A turn of a session, answered. */
  Result ask(String session, String text) {
    return ask(session, null, text);
  }

  /**
   * A turn of a session, answered.
   *
   * @param system message before it; null for none
   */
  Result ask(String session, @Nullable String system, String text) {
    String id = "asked-" + asked++;
    String before =
        system == null ? "" : String.format("{\"role\":\"system\",\"content\":\"%s\"},", system);
    send(
        NAMES.requestsTopic(),
        session,
        String.format(
            "{\"request_id\":\"%s\",\"session_id\":\"%s\",\"messages\":"
                + "[%s{\"role\":\"user\",\"content\":\"%s\"}]}",
            id, session, before, text));
    byte[] answer =
        await(NAMES.resultsTopic(), 1, value -> ResultJson.read(value).requestId().equals(id))
            .get(0);
    Result result = ResultJson.read(answer);
    assertThat(result.failure()).isNull();
    return result;
  }

  /** Waits until at least {@code count} committed records of the topic satisfy the predicate. */
  List<byte[]> await(String topic, int count, Predicate<byte[]> wanted) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      poll(topic, Duration.ofMillis(100));
      List<byte[]> found = values(topic).filter(wanted).toList();
      if (found.size() >= count) {
        return found;
      }
      assertThat(System.nanoTime())
          .as("%d records of %s; got %s", count, topic, texts(topic))
          .isLessThan(end);
    }
  }

  /** Waits until a subtask has reported so; the first of these reports. */
  MetricsRecord awaitReport(Predicate<MetricsRecord> wanted) {
    byte[] first = await(METRICS, 1, value -> report(value).filter(wanted).isPresent()).get(0);
    return MetricsJson.read(first);
  }

  /** Waits until the job has told such health, or such a report, of itself. */
  JsonNode awaitObservation(String type, Predicate<JsonNode> wanted) {
    byte[] first =
        await(METRICS, 1, value -> observation(type, value).filter(wanted).isPresent()).get(0);
    return observation(type, first).orElseThrow();
  }

  /** All that subtasks have reported until now. */
  List<MetricsRecord> reports() {
    return all(METRICS).stream().flatMap(value -> report(value).stream()).toList();
  }

  private static Optional<MetricsRecord> report(byte[] value) {
    return json(value).has("type") ? Optional.empty() : Optional.of(MetricsJson.read(value));
  }

  private static Optional<JsonNode> observation(String type, byte[] value) {
    return Optional.of(json(value)).filter(json -> json.path("type").asText().equals(type));
  }

  private static JsonNode json(byte[] value) {
    try {
      return JSON.readTree(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All committed records of the topic that came until now. */
  List<byte[]> all(String topic) {
    KafkaConsumer<byte[], byte[]> consumer = consumer(topic);
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
      poll(topic, Duration.ofMillis(50));
    }
    return values(topic).toList();
  }

  private void poll(String topic, Duration wait) {
    List<ConsumerRecord<byte[], byte[]>> records =
        read.computeIfAbsent(topic, name -> new ArrayList<>());
    consumer(topic).poll(wait).forEach(records::add);
  }

  private Stream<byte[]> values(String topic) {
    return read.getOrDefault(topic, List.of()).stream().map(ConsumerRecord::value);
  }

  private List<String> texts(String topic) {
    return values(topic).map(value -> new String(value, StandardCharsets.UTF_8)).toList();
  }

  private KafkaConsumer<byte[], byte[]> consumer(String topic) {
    return consumers.computeIfAbsent(
        topic,
        name -> {
          Properties properties = new Properties();
          properties.putAll(common);
          properties.put("isolation.level", "read_committed");
          KafkaConsumer<byte[], byte[]> consumer =
              new KafkaConsumer<>(
                  properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
          List<TopicPartition> partitions =
              consumer.partitionsFor(name).stream().map(Topics::partition).toList();
          consumer.assign(partitions);
          consumer.seekToBeginning(partitions);
          return consumer;
        });
  }

  private static TopicPartition partition(PartitionInfo info) {
    return new TopicPartition(info.topic(), info.partition());
  }

  @Override
  public void close() {
    producer.close();
    consumers.values().forEach(KafkaConsumer::close);
  }
}
