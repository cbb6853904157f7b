package io.caudal.cli;

import io.caudal.cli.console.Broker;
import io.caudal.cli.console.Console;
import io.caudal.cli.console.Fleet;
import io.caudal.cli.console.JobRest;
import io.caudal.cli.console.JobView;
import io.caudal.cli.console.Surroundings;
import io.caudal.config.KafkaSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks broker, JobManager and metrics topic; who doesn't answer is part of the answer. */
final class Survey {
  private Survey() {}

  static Surroundings ask(KafkaSettings kafka, JobRest jobManager, String jobName) {
    Broker brokers = Broker.ask(kafka);
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
}
