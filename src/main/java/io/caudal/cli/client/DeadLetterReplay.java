package io.caudal.cli.client;

import io.caudal.config.KafkaSettings;
import io.caudal.protocol.DeadLetter;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Sends the original records of dead letters to the requests topic again, keys included. */
public final class DeadLetterReplay implements AutoCloseable {
  /** More than a broker takes by default, and than {@code request.max-bytes} may be. */
  private static final int MOST_BYTES = 80 << 20;

  private static final int LIMIT_SECONDS = 30;

  private final KafkaSettings settings;
  private final boolean dryRun;
  private final KafkaProducer<byte[], byte[]> producer;
  private boolean failed;

  /**
   * @param dryRun whether nothing is sent
   */
  public DeadLetterReplay(KafkaSettings settings, boolean dryRun) {
    this.settings = settings;
    this.dryRun = dryRun;
    Map<String, Object> config = new TreeMap<>(KafkaClientSide.producerConfig(settings));
    config.put("max.request.size", MOST_BYTES);
    config.put("buffer.memory", (long) MOST_BYTES);
    // A request that is sent twice would be answered twice if its id can't be read.
    config.put("enable.idempotence", true);
    // What we say has failed must not be sent later.
    config.put("linger.ms", 0);
    config.put("request.timeout.ms", 1_000 * (LIMIT_SECONDS - 5));
    config.put("delivery.timeout.ms", 1_000 * (LIMIT_SECONDS - 5));
    config.put("max.block.ms", 1_000L * (LIMIT_SECONDS - 5));
    this.producer = new KafkaProducer<>(config);
  }

  /**
   * Sends one record; returns when Kafka has it.
   *
   * @throws io.caudal.error.CaudalException {@code BROKER_UNREACHABLE}
   */
  public ReplayOutcome replay(DeadLetter letter) {
    if (!letter.topic().equals(settings.requestsTopic())) {
      return ReplayOutcome.NOT_A_REQUEST;
    }
    if (letter.isWhole()) {
      send(letter.key(), letter.original());
      return ReplayOutcome.FROM_LETTER;
    }
    Optional<ConsumerRecord<byte[], byte[]>> source =
        TopicLog.at(
            settings, new TopicPartition(letter.topic(), letter.partition()), letter.offset());
    if (source.isEmpty() || !isOf(letter, source.get().value())) {
      return ReplayOutcome.SOURCE_GONE;
    }
    send(source.get().key(), source.get().value());
    return ReplayOutcome.FROM_SOURCE;
  }

  /** A topic that was made anew has other records at the same offsets. */
  private static boolean isOf(DeadLetter letter, byte @Nullable [] value) {
    if (value == null || value.length != letter.originalBytes()) {
      return false;
    }
    int kept = letter.original().length;
    return Arrays.equals(letter.original(), 0, kept, value, 0, kept);
  }

  private void send(byte @Nullable [] key, byte[] value) {
    if (dryRun) {
      return;
    }
    failed = true; // unless we hear otherwise
    try {
      producer
          .send(new ProducerRecord<>(settings.requestsTopic(), key, value))
          .get(LIMIT_SECONDS, TimeUnit.SECONDS);
      failed = false;
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
    producer.close(failed ? Duration.ZERO : Duration.ofSeconds(LIMIT_SECONDS));
  }
}
