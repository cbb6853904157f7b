package io.caudal.cli;

import io.caudal.analytics.Fleet;
import io.caudal.analytics.JobView;
import io.caudal.analytics.health.Broker;
import io.caudal.analytics.health.Surroundings;
import io.caudal.cli.console.Console;
import io.caudal.cli.console.JobRest;
import io.caudal.config.KafkaSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** Asks broker, JobManager and metrics topic; who doesn't answer is part of the answer. */
final class Survey {
  private static final int LIMIT_MILLIS = 5_000;

  private Survey() {}

  static Surroundings ask(KafkaSettings kafka, JobRest jobManager, String jobName) {
    Broker brokers = brokers(kafka);
    boolean usable = brokers.brokers() > 0 && !brokers.missing().contains(kafka.metricsTopic());
    Fleet fleet = usable ? new Console(kafka).fleet() : Fleet.of(List.of());
    @Nullable JobView job = jobManager.job(jobName).orElse(null);
    return new Surroundings(
        brokers,
        fleet,
        jobManager.address(),
        job != null || jobManager.answers(),
        job,
        System.currentTimeMillis());
  }

  private static Broker brokers(KafkaSettings settings) {
    Map<String, Object> config = settings.clientConfig();
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
