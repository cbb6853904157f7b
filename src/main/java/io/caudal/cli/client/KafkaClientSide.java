package io.caudal.cli.client;

import io.caudal.config.KafkaSettings;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.Message;
import io.caudal.protocol.Request;
import io.caudal.protocol.RequestJson;
import io.caudal.protocol.RequestType;
import io.caudal.protocol.ResultJson;
import io.caudal.protocol.Role;
import io.caudal.protocol.SamplingParams;
import io.caudal.protocol.TokenChunkJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A client of a running Caudal: sends turns, hears pieces and committed results from now on. Not
 * thread-safe.
 */
public final class KafkaClientSide implements AutoCloseable {
  private static final Duration API_TIMEOUT = Duration.ofSeconds(10);

  private final KafkaSettings settings;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> consumer;

  // Set on the producer's thread.
  private volatile @Nullable Exception postFailure;

  private KafkaClientSide(
      KafkaSettings settings,
      KafkaProducer<byte[], byte[]> producer,
      KafkaConsumer<byte[], byte[]> consumer) {
    this.settings = settings;
    this.producer = producer;
    this.consumer = consumer;
  }

  /**
   * @throws CaudalException {@code BROKER_UNREACHABLE} if no broker answers or it lacks our topics
   */
  public static KafkaClientSide connect(KafkaSettings settings) {
    try {
      KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(consumerConfig(settings));
      try {
        followFromNow(consumer, settings);
        return new KafkaClientSide(
            settings, new KafkaProducer<>(producerConfig(settings)), consumer);
      } catch (RuntimeException e) {
        consumer.close();
        throw e;
      }
    } catch (KafkaException e) {
      throw unreachable(settings, e);
    }
  }

  private static void followFromNow(
      KafkaConsumer<byte[], byte[]> consumer, KafkaSettings settings) {
    List<TopicPartition> partitions = partitions(consumer, settings.tokensTopic(), settings);
    partitions.addAll(partitions(consumer, settings.resultsTopic(), settings));
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    // Seeking is lazy; what is sent from here on must not be missed.
    partitions.forEach(consumer::position);
  }

  /**
   * Sends one user message; returns when Kafka has it.
   *
   * @param maxTokens null for the job's default
   */
  public void send(String requestId, String sessionId, String text, @Nullable Integer maxTokens) {
    byte[] value = turn(requestId, sessionId, text, maxTokens);
    byte[] key = sessionId.getBytes(StandardCharsets.UTF_8);
    try {
      producer
          .send(new ProducerRecord<>(settings.requestsTopic(), key, value))
          .get(API_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw unreachable(settings, e.getCause());
    } catch (KafkaException | TimeoutException e) {
      throw unreachable(settings, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable(settings, e);
    }
  }

  /** Sends a request without waiting; what goes wrong with it is thrown by the next poll. */
  public void post(Request request) {
    byte[] key = Objects.requireNonNull(request.sessionId()).getBytes(StandardCharsets.UTF_8);
    try {
      // The callback tells how it went.
      Future<?> unused =
          producer.send(
              new ProducerRecord<>(settings.requestsTopic(), key, RequestJson.write(request)),
              (metadata, failure) -> {
                if (failure != null) {
                  postFailure = failure;
                }
              });
    } catch (KafkaException e) {
      throw unreachable(settings, e);
    }
  }

  private static byte[] turn(
      String requestId, String sessionId, String text, @Nullable Integer maxTokens) {
    return RequestJson.write(
        new Request(
            RequestType.GENERATE,
            requestId,
            sessionId,
            List.of(new Message(Role.USER, text)),
            null,
            null,
            maxTokens,
            SamplingParams.GREEDY,
            List.of(),
            true,
            null,
            0,
            null,
            null,
            null,
            0));
  }

  /** Hands over what has come; waits up to {@code limit} if nothing has. */
  public void poll(Duration limit, AnswerListener listener) {
    Exception failure = postFailure;
    if (failure != null) {
      throw unreachable(settings, failure);
    }
    for (ConsumerRecord<byte[], byte[]> entry : consumer.poll(limit)) {
      try {
        if (entry.topic().equals(settings.tokensTopic())) {
          listener.onChunk(TokenChunkJson.read(entry.value()));
        } else {
          listener.onResult(ResultJson.read(entry.value()));
        }
      } catch (CaudalException e) {
        throw notOurs(entry, e);
      }
    }
  }

  static Map<String, Object> consumerConfig(KafkaSettings settings) {
    Map<String, Object> config = settings.clientConfig();
    config.put("key.deserializer", ByteArrayDeserializer.class);
    config.put("value.deserializer", ByteArrayDeserializer.class);
    config.put("isolation.level", "read_committed");
    config.put("enable.auto.commit", "false");
    config.put("default.api.timeout.ms", (int) API_TIMEOUT.toMillis());
    config.put("request.timeout.ms", (int) API_TIMEOUT.toMillis());
    return config;
  }

  static Map<String, Object> producerConfig(KafkaSettings settings) {
    Map<String, Object> config = settings.clientConfig();
    config.put("key.serializer", ByteArraySerializer.class);
    config.put("value.serializer", ByteArraySerializer.class);
    config.put("max.block.ms", (int) API_TIMEOUT.toMillis());
    config.put("linger.ms", 0);
    return config;
  }

  /** Every partition of a topic. */
  static List<TopicPartition> partitions(
      KafkaConsumer<byte[], byte[]> consumer, String topic, KafkaSettings settings) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (PartitionInfo info : consumer.partitionsFor(topic)) {
      partitions.add(new TopicPartition(topic, info.partition()));
    }
    if (partitions.isEmpty()) {
      throw new CaudalException(
          ErrorCode.BROKER_UNREACHABLE,
          "the broker at "
              + settings.bootstrapServers()
              + " has no topic "
              + topic
              + "; is Caudal's job running there?");
    }
    return partitions;
  }

  static CaudalException notOurs(ConsumerRecord<byte[], byte[]> entry, CaudalException e) {
    return new CaudalException(
        ErrorCode.BAD_JSON,
        "offset "
            + entry.offset()
            + " of "
            + entry.topic()
            + " is not a record of Caudal: "
            + e.getMessage(),
        e);
  }

  static CaudalException unreachable(KafkaSettings settings, @Nullable Throwable cause) {
    return new CaudalException(
        ErrorCode.BROKER_UNREACHABLE,
        "no answer from Kafka at "
            + settings.bootstrapServers()
            + (cause == null ? "" : " (" + cause.getMessage() + ")"),
        cause == null ? new IOException("no cause is known") : cause);
  }

  @Override
  public void close() {
    producer.close(Duration.ZERO);
    consumer.close();
  }
}
