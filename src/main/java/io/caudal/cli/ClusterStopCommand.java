package io.caudal.cli;

import io.caudal.cli.local.ClusterJob;
import io.caudal.cli.local.JobSnapshot;
import io.caudal.cli.local.RunningCluster;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal cluster stop}. */
@Command(
    name = "stop",
    mixinStandardHelpOptions = true,
    description = {
      "Stops the job with a savepoint, then ends every process of the cluster. What is queued and",
      "running is in the savepoint, with the tokens generated so far; the next submit goes on from",
      "it."
    })
final class ClusterStopCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ClusterFolder folder;

  @Option(
      names = "--drain",
      description = {
        "Take no more requests and finish those taken before the savepoint. If that is not done in",
        "time, the next submit goes on from the last checkpoint."
      })
  private boolean drain;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "Longest wait for savepoint or drain (default: ${DEFAULT-VALUE}).")
  private int timeout;

  @Option(
      names = "--now",
      description = "Take no savepoint: the next submit goes on from the last checkpoint.")
  private boolean now;

  @Option(
      names = "--delete",
      description = "Delete the cluster's folder too: checkpoints, savepoints, topics and logs.")
  private boolean delete;

  @Override
  public Integer call() {
    Ranges.check(spec, "--timeout", timeout, 1, 86_400);
    RunningCluster cluster = folder.open();
    PrintWriter out = spec.commandLine().getOut();
    ClusterJob job = cluster.job();
    if (!now && job.isRunning()) {
      JobSnapshot snapshot = job.stop(drain, Duration.ofSeconds(timeout));
      if (drain && !snapshot.drained()) {
        out.println("not drained within " + timeout + " s; the rest goes on from there:");
      }
      out.println("savepoint    " + snapshot.path());
      out.flush();
    }
    cluster.end();
    if (delete) {
      cluster.deleteData();
    }
    out.println("stopped      " + cluster.path() + (delete ? " (deleted)" : ""));
    out.flush();
    return 0;
  }
}
