package io.caudal.stream.io;

import io.caudal.config.KafkaSettings;
import io.caudal.stream.operator.EpochSource;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;

/**
 * The epochs of one of the job's transactional ids: Kafka's transaction coordinator keeps them, and
 * gives whoever takes the id the next one, to tell its producer from those of before. Nothing is
 * ever produced under this id. Epochs begin anew after 32,767, and after the brokers' {@code
 * transactional.id.expiration.ms} without a start.
 */
public final class ProducerEpochs implements EpochSource {
  private static final long serialVersionUID = 1L;

  /** Until another subtask has taken the id, which it does at the same time. */
  private static final String BACKOFF_MILLIS = "20";

  private final KafkaSettings settings;

  public ProducerEpochs(KafkaSettings settings) {
    this.settings = settings;
  }

  @Override
  public int next() throws IOException, InterruptedException {
    String id = settings.transactionalId("attempt");
    Map<String, Object> client = settings.clientConfig();
    client.putIfAbsent("retry.backoff.ms", BACKOFF_MILLIS);
    Admin admin = Admin.create(client);
    try {
      return admin.fenceProducers(List.of(id)).epochId(id).get() + 1;
    } catch (ExecutionException e) {
      throw new IOException(
          String.format(
              "Kafka at %s gave this run no number: it has no epoch for the transactional id %s"
                  + " (of kafka.group-id), which the job must be allowed to write with",
              settings.bootstrapServers(), id),
          e.getCause());
    } finally {
      admin.close(Duration.ZERO); // a canceled task does not wait for the broker
    }
  }
}
