package io.caudal.cli.client;

import io.caudal.config.KafkaSettings;
import io.caudal.error.CaudalException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;

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
    TopicLog.readTail(settings, topic, perPartition, entry -> add(records, entry, parser));
    records.sort(Comparator.comparingLong(Dated::timestampMillis));
    return records;
  }

  /**
   * As {@link #read}, those that are not older.
   *
   * @param sinceMillis epoch milliseconds
   */
  public static <T> List<Dated<T>> since(
      KafkaSettings settings, String topic, long sinceMillis, Function<byte[], T> parser) {
    List<Dated<T>> records = new ArrayList<>();
    TopicLog.readSince(settings, topic, sinceMillis, entry -> add(records, entry, parser));
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
