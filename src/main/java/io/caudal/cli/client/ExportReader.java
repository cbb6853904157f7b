package io.caudal.cli.client;

import io.caudal.config.KafkaSettings;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.SessionChunk;
import io.caudal.protocol.SessionChunkJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Reads exported sessions from a topic. Not thread-safe. */
public final class ExportReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaSettings settings;
  private final KafkaConsumer<byte[], byte[]> consumer;

  private ExportReader(KafkaSettings settings, KafkaConsumer<byte[], byte[]> consumer) {
    this.settings = settings;
    this.consumer = consumer;
  }

  /**
   * Follows the job's sessions topic from now on.
   *
   * @throws CaudalException {@code BROKER_UNREACHABLE} if no broker answers or it lacks the topic
   */
  public static ExportReader follow(KafkaSettings settings) {
    try {
      KafkaConsumer<byte[], byte[]> consumer =
          new KafkaConsumer<>(KafkaClientSide.consumerConfig(settings));
      try {
        List<TopicPartition> all =
            KafkaClientSide.partitions(consumer, settings.sessionsTopic(), settings);
        consumer.assign(all);
        consumer.seekToEnd(all);
        all.forEach(consumer::position); // seeking is lazy; no chunk must be missed
        return new ExportReader(settings, consumer);
      } catch (RuntimeException e) {
        consumer.close();
        throw e;
      }
    } catch (KafkaException e) {
      throw KafkaClientSide.unreachable(settings, e);
    }
  }

  /**
   * Hands over the export's chunks in their order, each once.
   *
   * @return how many there were
   * @throws CaudalException {@code IMPORT_INCOMPLETE} if not all come in time
   */
  public int read(String exportId, Duration limit, Consumer<SessionChunk> sink) {
    int next = 0;
    int total = Integer.MAX_VALUE;
    long end = System.nanoTime() + limit.toNanos();
    while (next < total && System.nanoTime() < end) {
      try {
        for (ConsumerRecord<byte[], byte[]> entry : consumer.poll(POLL)) {
          SessionChunk chunk = SessionChunkJson.read(entry.value());
          if (chunk.exportId().equals(exportId) && chunk.sequence() == next) {
            sink.accept(chunk);
            next++;
            total = chunk.total();
          }
        }
      } catch (KafkaException e) {
        throw KafkaClientSide.unreachable(settings, e);
      }
    }
    if (next < total) {
      throw new CaudalException(
          ErrorCode.IMPORT_INCOMPLETE,
          "only " + next + " chunks of export " + exportId + " came in time (--timeout)");
    }
    return total;
  }

  /**
   * A session's newest export in a topic, as far as it is there.
   *
   * @throws CaudalException {@code SESSION_NOT_FOUND} if there is none
   */
  public static List<SessionChunk> newest(KafkaSettings settings, String topic, String session) {
    List<SessionChunk> chunks = new ArrayList<>();
    TopicLog.readAll(
        settings,
        topic,
        entry -> {
          SessionChunk chunk = SessionChunkJson.read(entry.value());
          if (chunk.origin().sessionId().equals(session)) {
            if (!chunks.isEmpty() && !chunks.get(0).exportId().equals(chunk.exportId())) {
              chunks.clear();
            }
            if (chunk.sequence() >= chunks.size()) {
              chunks.add(chunk); // one that began anew repeats itself
            }
          }
        });
    if (chunks.isEmpty()) {
      throw new CaudalException(
          ErrorCode.SESSION_NOT_FOUND, "topic " + topic + " has no export of session " + session);
    }
    return chunks;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
