package io.caudal.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.analytics.Stats;
import io.caudal.analytics.StatsJson;
import io.caudal.analytics.health.Health;
import io.caudal.analytics.health.HealthJson;
import io.caudal.analytics.health.Surroundings;
import io.caudal.config.JobSettings;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal health}: how a running job does, and what to do about it. */
@Command(
    name = "health",
    mixinStandardHelpOptions = true,
    description = {
      "Checks the broker, the job, and each TaskManager's engine, device and disk.",
      "Exit code 0 healthy, 1 degraded, 2 unhealthy, 3 if it could not be asked so."
    },
    exitCodeOnInvalidInput = 3,
    exitCodeOnExecutionException = 3)
final class HealthCommand implements Callable<Integer> {
  private static final long OVER_MILLIS = 60_000;

  @Spec private CommandSpec spec;
  @Mixin private KafkaOptions broker;
  @Mixin private RestOption rest;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    Surroundings all =
        Survey.ask(broker.settings(), rest.rest(), JobSettings.from(broker.all()).name());
    Health health = Health.of(all);
    PrintWriter out = spec.commandLine().getOut();
    out.print(json ? json(health, all) + "\n" : HealthText.of(all));
    out.flush();
    return health.overall().exitCode();
  }

  private static ObjectNode json(Health health, Surroundings all) {
    ObjectNode root = HealthJson.of(health, all.nowMillis());
    root.set(
        "metrics", StatsJson.of(new Stats(all.fleet(), OVER_MILLIS), all.job(), all.nowMillis()));
    return root;
  }
}
