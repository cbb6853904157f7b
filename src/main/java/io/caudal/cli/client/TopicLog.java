package io.caudal.cli.client;

import io.caudal.config.KafkaSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Reads what a topic holds, committed records only. */
final class TopicLog {
  private static final Duration POLL = Duration.ofMillis(200);

  private TopicLog() {}

  /**
   * Every record from the topic's beginning to its end as of now, in each partition's order.
   *
   * @throws io.caudal.error.CaudalException {@code BROKER_UNREACHABLE}
   */
  static void readAll(
      KafkaSettings settings, String topic, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    readTail(settings, topic, Long.MAX_VALUE, reader);
  }

  /**
   * As {@link #readAll}, from so many offsets before the end of each partition on.
   *
   * @throws io.caudal.error.CaudalException {@code BROKER_UNREACHABLE}
   */
  static void readTail(
      KafkaSettings settings,
      String topic,
      long perPartition,
      Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    read(
        settings,
        topic,
        (consumer, ends) -> {
          Map<TopicPartition, Long> begins = consumer.beginningOffsets(ends.keySet());
          ends.forEach(
              (partition, end) ->
                  consumer.seek(
                      partition, Math.max(begins.getOrDefault(partition, 0L), end - perPartition)));
        },
        reader);
  }

  /**
   * As {@link #readAll}, from the first record of each partition on that is not older.
   *
   * @param sinceMillis epoch milliseconds
   * @throws io.caudal.error.CaudalException {@code BROKER_UNREACHABLE}
   */
  static void readSince(
      KafkaSettings settings,
      String topic,
      long sinceMillis,
      Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    read(
        settings,
        topic,
        (consumer, ends) -> {
          Map<TopicPartition, Long> wanted = new HashMap<>();
          ends.keySet().forEach(partition -> wanted.put(partition, sinceMillis));
          Map<TopicPartition, @Nullable OffsetAndTimestamp> found =
              consumer.offsetsForTimes(wanted);
          ends.forEach(
              (partition, end) -> {
                OffsetAndTimestamp first = found.get(partition);
                consumer.seek(partition, first == null ? end : first.offset());
              });
        },
        reader);
  }

  private static void read(
      KafkaSettings settings,
      String topic,
      BiConsumer<KafkaConsumer<byte[], byte[]>, Map<TopicPartition, Long>> seek,
      Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(KafkaClientSide.consumerConfig(settings))) {
      List<TopicPartition> partitions = KafkaClientSide.partitions(consumer, topic, settings);
      consumer.assign(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      seek.accept(consumer, ends);
      Patience patience = new Patience(topic, System::nanoTime);
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        patience.check(partitions.stream().mapToLong(consumer::position).sum());
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          TopicPartition partition = new TopicPartition(record.topic(), record.partition());
          if (record.offset() < ends.getOrDefault(partition, 0L)) {
            reader.accept(record);
          }
        }
      }
    } catch (KafkaException e) {
      throw KafkaClientSide.unreachable(settings, e);
    }
  }

  /**
   * The record at an offset; empty if there is none, or none any more.
   *
   * @throws io.caudal.error.CaudalException {@code BROKER_UNREACHABLE}
   */
  static Optional<ConsumerRecord<byte[], byte[]>> at(
      KafkaSettings settings, TopicPartition partition, long offset) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(KafkaClientSide.consumerConfig(settings))) {
      List<TopicPartition> all = KafkaClientSide.partitions(consumer, partition.topic(), settings);
      if (!all.contains(partition)) {
        return Optional.empty();
      }
      List<TopicPartition> one = List.of(partition);
      consumer.assign(one);
      long first = consumer.beginningOffsets(one).getOrDefault(partition, 0L);
      long end = consumer.endOffsets(one).getOrDefault(partition, 0L);
      if (offset < first || offset >= end) {
        return Optional.empty();
      }
      consumer.seek(partition, offset);
      Patience patience = new Patience(partition.topic(), System::nanoTime);
      while (consumer.position(partition) <= offset) {
        patience.check(consumer.position(partition));
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          return record.offset() == offset ? Optional.of(record) : Optional.empty();
        }
      }
      return Optional.empty();
    } catch (KafkaException e) {
      throw KafkaClientSide.unreachable(settings, e);
    }
  }
}
