package io.caudal.stream.io;

import io.caudal.config.KafkaSettings;
import io.caudal.stream.operator.EpochSource;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;

/**
 * The epochs of one of the job's transactional ids: Kafka's transaction coordinator keeps them, and
 * gives whoever takes the id the next one, to tell its producer from those of before. Nothing is
 * ever produced under this id. An epoch starts again at 0 after 32,767, and after the brokers'
 * {@code transactional.id.expiration.ms} without a start.
 */
public final class ProducerEpochs implements EpochSource {
  private static final long serialVersionUID = 1L;
  private static final long PAUSE_MILLIS = 20;

  private final KafkaSettings settings;

  public ProducerEpochs(KafkaSettings settings) {
    this.settings = settings;
  }

  @Override
  public long next() throws IOException, InterruptedException {
    String id = settings.groupId() + "-attempt";
    Map<String, Object> client = new HashMap<>(settings.client());
    client.put("bootstrap.servers", settings.bootstrapServers());
    try (Admin admin = Admin.create(client)) {
      short epoch = take(admin, id);
      while (epoch < 0) { // another subtask was just taking it
        Thread.sleep(PAUSE_MILLIS);
        epoch = take(admin, id);
      }
      return epoch + 1L;
    } catch (ExecutionException e) {
      throw new IOException(
          String.format(
              "Kafka at %s gave this run no number: no epoch for the transactional id %s"
                  + " (kafka.group-id with -attempt)",
              settings.bootstrapServers(), id),
          e.getCause());
    }
  }

  private static short take(Admin admin, String id)
      throws ExecutionException, InterruptedException {
    return admin.fenceProducers(List.of(id)).epochId(id).get();
  }
}
