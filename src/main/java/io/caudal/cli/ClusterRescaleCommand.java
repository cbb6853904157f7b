package io.caudal.cli;

import io.caudal.cli.local.SubmittedJob;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal cluster rescale}. */
@Command(
    name = "rescale",
    mixinStandardHelpOptions = true,
    description = {
      "Stops the job with a savepoint and starts it from there with another parallelism and the",
      "same settings. Running answers go on."
    })
final class ClusterRescaleCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClusterFolder folder;

  @Option(names = "--parallelism", required = true, description = "Subtasks from now on.")
  private int parallelism;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "Longest wait for the savepoint (default: ${DEFAULT-VALUE}).")
  private int timeout;

  @Override
  public Integer call() {
    Ranges.check(spec, "--parallelism", parallelism, 1, 128);
    Ranges.check(spec, "--timeout", timeout, 1, 86_400);
    SubmittedJob job = folder.open().job().rescale(parallelism, Duration.ofSeconds(timeout));
    PrintWriter out = spec.commandLine().getOut();
    out.println("job          " + job.id() + ", parallelism " + job.parallelism());
    out.flush();
    return 0;
  }
}
