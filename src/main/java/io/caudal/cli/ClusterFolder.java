package io.caudal.cli;

import io.caudal.cli.local.Installation;
import io.caudal.cli.local.RunFolder;
import io.caudal.cli.local.RunningCluster;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says which cluster is meant. */
final class ClusterFolder {
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = {
        "The cluster's folder: process ids, ports, logs, checkpoints, savepoints, topics",
        "(default: cluster in CAUDAL_HOME, else ~/.caudal/cluster)."
      })
  private @Nullable Path dir;

  Path path() {
    if (dir != null) {
      return dir.toAbsolutePath().normalize();
    }
    String home = System.getenv(RunFolder.HOME_VARIABLE);
    Path parent =
        home == null || home.isBlank()
            ? Path.of(System.getProperty("user.home"), ".caudal")
            : Path.of(home);
    return parent.toAbsolutePath().resolve("cluster");
  }

  /**
   * @throws io.caudal.error.CaudalException {@code CLUSTER_FAILED} if none was started there
   */
  RunningCluster open() {
    return RunningCluster.open(Installation.locate(), path());
  }
}
