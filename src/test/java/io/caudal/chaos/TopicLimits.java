package io.caudal.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
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
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.jspecify.annotations.Nullable;

/**
 * Makes a broker refuse what is produced to a topic, by the size that it allows, or take results
 * slowly, by a quota.
 */
final class TopicLimits {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final String KEY = "max.message.bytes";

  /** Lets the markers of transactions through: a broker does not try a refused one again. */
  private static final String TOO_FEW = "120";

  /** More producers than a process of ours has that write without transactions. */
  private static final int PLAIN_PRODUCERS = 64;

  private static final String QUOTA = "producer_byte_rate";

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

  /**
   * Lets each producer that writes in transactions, the ones of results, have so many bytes a
   * second, 0 as many as it likes.
   */
  void slowTransactions(double bytesPerSecond) {
    List<ClientQuotaAlteration> quotas = new ArrayList<>();
    quotas.add(quota(null, bytesPerSecond == 0 ? null : bytesPerSecond));
    for (int i = 1; i <= PLAIN_PRODUCERS; i++) {
      quotas.add(quota("producer-" + i, 1e9));
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      admin.alterClientQuotas(quotas).all().get(20, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("the broker takes no quota", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /**
   * @param client null for whoever has none of its own
   */
  private static ClientQuotaAlteration quota(
      @Nullable String client, @Nullable Double bytesPerSecond) {
    return new ClientQuotaAlteration(
        new ClientQuotaEntity(Collections.singletonMap(ClientQuotaEntity.CLIENT_ID, client)),
        List.of(new ClientQuotaAlteration.Op(QUOTA, bytesPerSecond)));
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
