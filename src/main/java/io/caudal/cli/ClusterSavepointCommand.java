package io.caudal.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal cluster savepoint}. */
@Command(
    name = "savepoint",
    mixinStandardHelpOptions = true,
    description = "Takes a savepoint while the job goes on, and prints its path.")
final class ClusterSavepointCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClusterFolder folder;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "Longest wait (default: ${DEFAULT-VALUE}).")
  private int timeout;

  @Override
  public Integer call() {
    Ranges.check(spec, "--timeout", timeout, 1, 86_400);
    PrintWriter out = spec.commandLine().getOut();
    out.println(folder.open().job().savepoint(Duration.ofSeconds(timeout)));
    out.flush();
    return 0;
  }
}
