package io.caudal.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;

/** Makes a broker refuse what is produced to a topic, by the size that it allows. */
final class TopicLimits {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final String KEY = "max.message.bytes";

  /** Lets the markers of transactions through: a broker does not try a refused one again. */
  private static final String TOO_FEW = "120";

  private final String servers;

  TopicLimits(String servers) {
    this.servers = servers;
  }

  /** Returns when the broker has it, however long it is away. */
  void refuse(String topic, boolean refuse) {
    AlterConfigOp change =
        refuse
            ? new AlterConfigOp(new ConfigEntry(KEY, TOO_FEW), AlterConfigOp.OpType.SET)
            : new AlterConfigOp(new ConfigEntry(KEY, ""), AlterConfigOp.OpType.DELETE);
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    long end = System.nanoTime() + LIMIT.toNanos();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      while (!changed(admin, Map.of(resource, List.of(change)))) {
        if (System.nanoTime() > end) {
          throw new AssertionError("the broker takes no configuration for " + LIMIT);
        }
      }
    }
  }

  private static boolean changed(
      Admin admin, Map<ConfigResource, ? extends List<AlterConfigOp>> changes) {
    try {
      admin.incrementalAlterConfigs(Map.copyOf(changes)).all().get(20, TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
