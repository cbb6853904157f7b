package io.caudal.cli.client;

import io.caudal.config.KafkaSettings;
import io.caudal.error.CaudalException;
import io.caudal.protocol.ControlAck;
import io.caudal.protocol.ControlAckJson;
import io.caudal.protocol.ControlChange;
import io.caudal.protocol.ControlChangeJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Sends changes of live settings and hears what subtasks make of them. Not thread-safe. */
public final class ControlLine implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int SEND_SECONDS = 10;

  private final KafkaSettings settings;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> consumer;

  private ControlLine(
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
  public static ControlLine open(KafkaSettings settings) {
    try {
      KafkaConsumer<byte[], byte[]> consumer =
          new KafkaConsumer<>(KafkaClientSide.consumerConfig(settings));
      try {
        KafkaClientSide.partitions(consumer, settings.controlTopic(), settings);
        List<TopicPartition> acks =
            KafkaClientSide.partitions(consumer, settings.acksTopic(), settings);
        consumer.assign(acks);
        consumer.seekToEnd(acks);
        acks.forEach(consumer::position); // seeking is lazy; no acknowledgement must be missed
        return new ControlLine(
            settings, new KafkaProducer<>(KafkaClientSide.producerConfig(settings)), consumer);
      } catch (RuntimeException e) {
        consumer.close();
        throw e;
      }
    } catch (KafkaException e) {
      throw KafkaClientSide.unreachable(settings, e);
    }
  }

  /**
   * Sends a change and waits until every subtask has acknowledged it, or the time is over.
   *
   * @return the newest acknowledgement of each subtask; empty if there was none
   */
  public Map<Integer, ControlAck> change(ControlChange change, Duration limit) {
    send(change.changeId(), ControlChangeJson.write(change));
    Map<Integer, ControlAck> acks = new TreeMap<>();
    long end = System.nanoTime() + limit.toNanos();
    while (!complete(acks) && System.nanoTime() < end) {
      try {
        for (ConsumerRecord<byte[], byte[]> entry : consumer.poll(POLL)) {
          ControlAck ack = ack(entry.value());
          if (ack != null && ack.changeId().equals(change.changeId())) {
            acks.put(ack.subtask(), ack);
          }
        }
      } catch (KafkaException e) {
        throw KafkaClientSide.unreachable(settings, e);
      }
    }
    return acks;
  }

  /**
   * Sends a record with an action and hears all that subtasks have to say of it.
   *
   * @param reports told every acknowledgement as it comes
   * @return the last acknowledgement of each subtask that has said all
   */
  public Map<Integer, ControlAck> act(
      ControlChange change, Duration limit, Consumer<ControlAck> reports) {
    send(change.changeId(), ControlChangeJson.write(change));
    Map<Integer, ControlAck> acks = new TreeMap<>();
    long end = System.nanoTime() + limit.toNanos();
    while (!complete(acks) && System.nanoTime() < end) {
      try {
        for (ConsumerRecord<byte[], byte[]> entry : consumer.poll(POLL)) {
          ControlAck ack = ack(entry.value());
          if (ack != null && ack.changeId().equals(change.changeId())) {
            reports.accept(ack);
            if (ack.report() == null || ack.report().last()) {
              acks.put(ack.subtask(), ack);
            }
          }
        }
      } catch (KafkaException e) {
        throw KafkaClientSide.unreachable(settings, e);
      }
    }
    return acks;
  }

  /** Null if it is none: a topic may hold what somebody else wrote. */
  private static @Nullable ControlAck ack(byte @Nullable [] value) {
    try {
      return value == null ? null : ControlAckJson.read(value);
    } catch (CaudalException e) {
      return null;
    }
  }

  /** Takes a record back that the job has read. */
  public void takeBack(String changeId) {
    send(changeId, null);
  }

  /** Whether as many subtasks have acknowledged as there are. */
  public static boolean complete(Map<Integer, ControlAck> acks) {
    return !acks.isEmpty()
        && acks.values().stream().allMatch(ack -> acks.size() >= Math.max(1, ack.subtasks()));
  }

  private void send(String changeId, byte @Nullable [] value) {
    // A key of its own, so that compaction keeps it: the topic is the history too.
    byte[] key = changeId.getBytes(StandardCharsets.UTF_8);
    try {
      producer
          .send(new ProducerRecord<>(settings.controlTopic(), 0, key, value))
          .get(SEND_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw KafkaClientSide.unreachable(settings, e.getCause());
    } catch (KafkaException | TimeoutException e) {
      throw KafkaClientSide.unreachable(settings, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw KafkaClientSide.unreachable(settings, e);
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ZERO);
    consumer.close();
  }
}
