package io.caudal.cli;

import io.caudal.cli.console.JobRest;
import io.caudal.cli.top.Top;
import io.caudal.config.JobSettings;
import io.caudal.config.KafkaSettings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal top}: a running job, live in the terminal. */
@Command(
    name = "top",
    mixinStandardHelpOptions = true,
    description = {
      "Shows rates, batch, tiers, sessions and alerts of a running job, live; q quits.",
      "Needs a terminal: elsewhere use stats, with --watch or --json."
    })
final class TopCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KafkaOptions broker;
  @Mixin private RestOption rest;

  @Option(
      names = "--every",
      paramLabel = "SECONDS",
      defaultValue = "2",
      description = "Time between two pictures (default: ${DEFAULT-VALUE}).")
  private int every;

  @Override
  public Integer call() throws InterruptedException {
    Ranges.check(spec, "--every", every, 1, 3_600);
    KafkaSettings kafka = broker.settings();
    JobRest jobManager = rest.rest();
    String name = JobSettings.from(broker.all()).name();
    new Top(() -> Survey.ask(kafka, jobManager, name), 1_000L * every).run();
    return 0;
  }
}
