package io.caudal.cli.client;

import io.caudal.config.KafkaSettings;
import io.caudal.error.CaudalException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Reads the newest records of a topic, up to its end as it is now. */
public final class TopicTail {
  private TopicTail() {}

  /**
   * The records in the order of their times; those that {@code parser} refuses are passed over, for
   * a topic may hold what somebody else wrote.
   *
   * @param perPartition most records of each partition; {@link Long#MAX_VALUE} for all
   * @throws CaudalException {@code BROKER_UNREACHABLE}
   */
  public static <T> List<Dated<T>> read(
      KafkaSettings settings, String topic, long perPartition, Function<byte[], T> parser) {
    List<Dated<T>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(KafkaClientSide.consumerConfig(settings))) {
      List<TopicPartition> partitions = KafkaClientSide.partitions(consumer, topic, settings);
      consumer.assign(partitions);
      Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      ends.forEach(
          (partition, end) ->
              consumer.seek(
                  partition, Math.max(begins.getOrDefault(partition, 0L), end - perPartition)));
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        for (ConsumerRecord<byte[], byte[]> entry : consumer.poll(Duration.ofMillis(200))) {
          add(records, entry, parser);
        }
      }
    } catch (KafkaException e) {
      throw KafkaClientSide.unreachable(settings, e);
    }
    records.sort(Comparator.comparingLong(Dated::timestampMillis));
    return records;
  }

  private static <T> void add(
      List<Dated<T>> records, ConsumerRecord<byte[], byte[]> entry, Function<byte[], T> parser) {
    if (entry.value() == null) {
      return;
    }
    try {
      records.add(new Dated<>(entry.timestamp(), parser.apply(entry.value())));
    } catch (CaudalException e) {
      // Whoever reads the topic for the job has put it on the dead-letter topic.
    }
  }
}
