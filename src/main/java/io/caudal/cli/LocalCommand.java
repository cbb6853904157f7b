package io.caudal.cli;

import io.caudal.cli.local.Installation;
import io.caudal.cli.local.LocalCaudal;
import io.caudal.cli.local.LocalOptions;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal local}: broker, Flink and the job on this machine until Ctrl-C. */
@Command(
    name = "local",
    mixinStandardHelpOptions = true,
    description = "Runs Kafka, Flink and the job on this machine until Ctrl-C.",
    footer = {
      "",
      "Data is in a temporary folder, deleted at the end. Set CAUDAL_HOME to a folder to keep it:",
      "the next run goes on where this one ended, sessions included. Ctrl-C and SIGTERM stop the job",
      "with a savepoint then."
    })
final class LocalCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SettingOptions settings;

  @Option(
      names = "--port",
      defaultValue = "9092",
      description = "Kafka's port, 0 for any free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--ui-port",
      defaultValue = "8081",
      description = "Port of Flink's web page, 0 for any free one (default: ${DEFAULT-VALUE}).")
  private int uiPort;

  @Option(
      names = "--taskmanagers",
      defaultValue = "1",
      description = "TaskManagers; all but one are hot standbys (default: ${DEFAULT-VALUE}).")
  private int taskManagers;

  @Option(
      names = "--parallelism",
      defaultValue = "2",
      description = "Subtasks of the job; they share one engine (default: ${DEFAULT-VALUE}).")
  private int parallelism;

  @Override
  public Integer call() throws InterruptedException {
    Ranges.check(spec, "--port", port, 0, 65535);
    Ranges.check(spec, "--ui-port", uiPort, 0, 65535);
    Ranges.check(spec, "--taskmanagers", taskManagers, 1, 64);
    Ranges.check(spec, "--parallelism", parallelism, 1, 128);
    PrintWriter out = spec.commandLine().getOut();
    LocalOptions options =
        new LocalOptions(port, uiPort, taskManagers, parallelism, settings.settings(Map.of()));
    try (LocalCaudal caudal =
        LocalCaudal.start(Installation.locate(), options, new Progress(out))) {
      RunningSummary.print(out, caudal);
      out.println("chat         bin/caudal chat --bootstrap " + caudal.bootstrapServers());
      out.println("Ctrl-C ends it.");
      out.flush();
      caudal.serve();
      return 0;
    }
  }
}
