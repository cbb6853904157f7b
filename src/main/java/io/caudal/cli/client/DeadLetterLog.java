package io.caudal.cli.client;

import io.caudal.config.KafkaSettings;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.DeadLetterJson;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The dead-letter topic, committed records only. */
public final class DeadLetterLog {
  private final KafkaSettings settings;

  public DeadLetterLog(KafkaSettings settings) {
    this.settings = settings;
  }

  /**
   * Every dead letter from the topic's beginning to its end as of now, in each partition's order.
   *
   * @throws CaudalException {@code BROKER_UNREACHABLE}, or {@code BAD_JSON} for a record that is
   *     none
   */
  public void readAll(Consumer<PlacedLetter> reader) {
    TopicLog.readAll(settings, settings.deadLetterTopic(), record -> reader.accept(letter(record)));
  }

  /**
   * One dead letter.
   *
   * @throws CaudalException {@code BAD_PARAMETER} if there is none at this offset
   */
  public PlacedLetter at(int partition, long offset) {
    TopicPartition place = new TopicPartition(settings.deadLetterTopic(), partition);
    return TopicLog.at(settings, place, offset)
        .map(DeadLetterLog::letter)
        .orElseThrow(
            () ->
                new CaudalException(
                    ErrorCode.BAD_PARAMETER,
                    "no dead letter at "
                        + partition
                        + ":"
                        + offset
                        + " of "
                        + settings.deadLetterTopic()
                        + "; see: caudal dead-letter list"));
  }

  private static PlacedLetter letter(ConsumerRecord<byte[], byte[]> record) {
    try {
      return new PlacedLetter(
          record.partition(), record.offset(), DeadLetterJson.read(record.value()));
    } catch (CaudalException e) {
      throw KafkaClientSide.notOurs(record, e);
    }
  }
}
