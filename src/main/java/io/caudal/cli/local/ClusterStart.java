package io.caudal.cli.local;

import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Starts a Flink cluster, and a broker if wanted, that outlive this JVM. */
public final class ClusterStart {
  // What the processes have resident with the bundled model, in MB.
  private static final int BROKER_MB = 300;
  private static final int JOB_MANAGER_MB = 450;
  private static final int TASK_MANAGER_MB = 900;

  private ClusterStart() {}

  /**
   * Starts the processes and waits until all of them answer. Until then they end with this JVM.
   *
   * @param progress told each thing that is waited for
   * @throws CaudalException {@code CLUSTER_FAILED} if one runs there already or a process doesn't
   *     come up, {@code PORT_IN_USE}, {@code OUT_OF_MEMORY}; no process is left behind
   */
  public static RunningCluster start(
      Installation installation, Path path, ClusterOptions options, Consumer<String> progress) {
    installation.check();
    requireNone(path);
    MachineMemory.require(
        (options.broker() ? BROKER_MB : 0)
            + JOB_MANAGER_MB
            + (long) TASK_MANAGER_MB * options.taskManagers(),
        "a cluster with " + options.taskManagers() + " TaskManagers");
    RunFolder folder = RunFolder.at(path);
    progress.accept(
        "starting "
            + (options.broker() ? "Kafka, " : "")
            + "a JobManager and TaskManagers: "
            + options.taskManagers());
    LocalBroker broker =
        options.broker() ? LocalBroker.start(installation, folder, options.port()) : null;
    LocalCluster cluster = null;
    try {
      cluster = startFlink(installation, folder, options);
      if (broker != null) {
        broker.awaitReady(KafkaSettings.from(Settings.of(Map.of())));
      }
      cluster.awaitReady();
      record(cluster, broker, options).write(folder);
      folder.keep();
      return RunningCluster.open(installation, path);
    } catch (RuntimeException e) {
      if (cluster != null) {
        cluster.close();
      }
      if (broker != null) {
        broker.close();
      }
      throw e;
    }
  }

  private static void requireNone(Path path) {
    ClusterRecord.read(RunFolder.inUse(path))
        .filter(earlier -> earlier.processes().stream().anyMatch(RunningProcess::isAlive))
        .ifPresent(
            earlier -> {
              throw new CaudalException(
                  ErrorCode.CLUSTER_FAILED,
                  "a cluster runs already in "
                      + path
                      + " (JobManager "
                      + earlier.jobManager().pid()
                      + "); end it with: caudal cluster stop --dir "
                      + path);
            });
  }

  private static LocalCluster startFlink(
      Installation installation, RunFolder folder, ClusterOptions options) {
    Map<String, String> changes = new HashMap<>();
    changes.put("taskmanager.numberOfTaskSlots", Integer.toString(options.slots()));
    changes.put("parallelism.default", Integer.toString(options.slots()));
    changes.putAll(options.flink());
    return LocalCluster.start(
        installation, folder, options.uiPort(), options.taskManagers(), changes);
  }

  private static ClusterRecord record(
      LocalCluster cluster, @Nullable LocalBroker broker, ClusterOptions options) {
    return new ClusterRecord(
        cluster.restPort(),
        RunningProcess.of(cluster.jobManager()),
        cluster.taskManagers().stream().map(RunningProcess::of).toList(),
        broker == null ? null : RunningProcess.of(broker.process()),
        broker == null ? 0 : broker.port(),
        options.taskManagers(),
        null);
  }
}
