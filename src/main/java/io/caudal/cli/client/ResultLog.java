package io.caudal.cli.client;

import io.caudal.config.KafkaSettings;
import io.caudal.error.CaudalException;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Reads the results topic from its beginning to its end, committed records only. */
public final class ResultLog {
  private ResultLog() {}

  /**
   * Every committed result, in each partition's order.
   *
   * @throws io.caudal.error.CaudalException {@code BROKER_UNREACHABLE}
   */
  public static List<Result> readAll(KafkaSettings settings) {
    List<Result> results = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(KafkaClientSide.consumerConfig(settings))) {
      List<TopicPartition> partitions =
          KafkaClientSide.partitions(consumer, settings.resultsTopic(), settings);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        for (ConsumerRecord<byte[], byte[]> entry : consumer.poll(Duration.ofMillis(200))) {
          try {
            results.add(ResultJson.read(entry.value()));
          } catch (CaudalException e) {
            throw KafkaClientSide.notOurs(entry, e);
          }
        }
      }
      return results;
    } catch (KafkaException e) {
      throw KafkaClientSide.unreachable(settings, e);
    }
  }
}
