package io.caudal.cli;

import io.caudal.cli.local.ClusterOptions;
import io.caudal.cli.local.ClusterStart;
import io.caudal.cli.local.Installation;
import io.caudal.cli.local.RunningCluster;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal cluster start}. */
@Command(
    name = "start",
    mixinStandardHelpOptions = true,
    description = "Starts the processes, waits until they answer, and leaves them running.")
final class ClusterStartCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClusterFolder folder;

  @Option(
      names = "--taskmanagers",
      defaultValue = "1",
      description = "TaskManagers (default: ${DEFAULT-VALUE}).")
  private int taskManagers;

  @Option(
      names = "--slots",
      defaultValue = "2",
      description = {
        "Task slots of a TaskManager; a job runs with that parallelism if not told otherwise",
        "(default: ${DEFAULT-VALUE})."
      })
  private int slots;

  @Option(
      names = "--ui-port",
      defaultValue = "8081",
      description = "Port of Flink's web page, 0 for any free one (default: ${DEFAULT-VALUE}).")
  private int uiPort;

  @Option(names = "--broker", description = "Start a Kafka broker too, with Caudal's topics.")
  private boolean broker;

  @Option(
      names = "--port",
      defaultValue = "9092",
      description = "The broker's port, 0 for any free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--conf",
      paramLabel = "KEY=VALUE",
      description = "A key of Flink that differs from flink-conf/config.yaml; may be repeated.")
  private Map<String, String> flink = Map.of();

  @Override
  public Integer call() {
    Ranges.check(spec, "--taskmanagers", taskManagers, 1, 64);
    Ranges.check(spec, "--slots", slots, 1, 128);
    Ranges.check(spec, "--ui-port", uiPort, 0, 65535);
    Ranges.check(spec, "--port", port, 0, 65535);
    PrintWriter out = spec.commandLine().getOut();
    RunningCluster cluster =
        ClusterStart.start(
            Installation.locate(),
            folder.path(),
            new ClusterOptions(taskManagers, slots, uiPort, broker, port, flink),
            new Progress(out));
    out.println(cluster.status().table());
    out.flush();
    return 0;
  }
}
