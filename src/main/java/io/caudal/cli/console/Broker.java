package io.caudal.cli.console;

import io.caudal.config.KafkaSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;

/**
 * The Kafka brokers, as they answer at the moment.
 *
 * @param brokers how many; 0 if none answers
 * @param missing topics of ours that are not there
 * @param failure why none answers; empty otherwise
 */
public record Broker(String servers, int brokers, List<String> missing, String failure) {
  private static final int LIMIT_MILLIS = 5_000;

  /** Asks; an answer that doesn't come is one too. */
  public static Broker ask(KafkaSettings settings) {
    Map<String, Object> config = new HashMap<>(settings.client());
    config.put("bootstrap.servers", settings.bootstrapServers());
    config.put("default.api.timeout.ms", LIMIT_MILLIS);
    config.put("request.timeout.ms", LIMIT_MILLIS);
    try (Admin admin = Admin.create(config)) {
      int brokers = admin.describeCluster().nodes().get(LIMIT_MILLIS, TimeUnit.MILLISECONDS).size();
      Set<String> there = admin.listTopics().names().get(LIMIT_MILLIS, TimeUnit.MILLISECONDS);
      List<String> missing = new ArrayList<>(settings.topics());
      missing.removeAll(there);
      return new Broker(settings.bootstrapServers(), brokers, missing, "");
    } catch (ExecutionException e) {
      return silent(settings, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException | KafkaException e) {
      return silent(settings, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return silent(settings, e);
    }
  }

  private static Broker silent(KafkaSettings settings, Throwable cause) {
    String message = cause.getMessage();
    return new Broker(
        settings.bootstrapServers(), 0, List.of(), message == null ? cause.toString() : message);
  }
}
