package io.caudal.cli;

import io.caudal.cli.local.ClusterStatus;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal cluster status}. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = {
      "Says what runs. Exit code 1 if a process is gone, a TaskManager is not registered, or the",
      "job that was submitted does not run."
    })
final class ClusterStatusCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClusterFolder folder;

  @Option(names = "--json", description = "One JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    ClusterStatus status = folder.open().status();
    PrintWriter out = spec.commandLine().getOut();
    out.println(json ? status.json() : status.table());
    out.flush();
    return status.isGood() ? 0 : 1;
  }
}
