package io.caudal.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code caudal cluster add-taskmanager}. */
@Command(
    name = "add-taskmanager",
    mixinStandardHelpOptions = true,
    description = "Starts one more TaskManager and waits until it is registered.")
final class ClusterAddCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClusterFolder folder;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    out.println("added        " + folder.open().addTaskManager());
    out.flush();
    return 0;
  }
}
