package io.caudal.cli;

import io.caudal.cli.local.RunningCluster;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal cluster kill-taskmanager}. */
@Command(
    name = "kill-taskmanager",
    mixinStandardHelpOptions = true,
    description = {
      "Sends SIGKILL to a TaskManager of this cluster; without an option, to the one that most",
      "tasks of the job run on. The job goes on where there are free task slots."
    })
final class ClusterKillCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClusterFolder folder;

  @ArgGroup private @Nullable Which which;

  /** One of both. */
  static final class Which {
    @Option(names = "--index", paramLabel = "N", description = "The one named tm-N.")
    private @Nullable Integer index;

    @Option(names = "--pid", description = "The one with this process id.")
    private @Nullable Long pid;
  }

  @Override
  public Integer call() {
    RunningCluster cluster = folder.open();
    PrintWriter out = spec.commandLine().getOut();
    out.println("killed       " + kill(cluster));
    out.flush();
    return 0;
  }

  private String kill(RunningCluster cluster) {
    if (which != null && which.index != null) {
      return cluster.killTaskManager(which.index);
    }
    if (which != null && which.pid != null) {
      return cluster.killTaskManagerWithPid(which.pid);
    }
    return cluster.killBusiestTaskManager();
  }
}
