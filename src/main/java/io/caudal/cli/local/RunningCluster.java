package io.caudal.cli.local;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;

/**
 * A cluster that an earlier command started: its processes, by the record in its run folder. One
 * command at a time may change it.
 */
public final class RunningCluster {
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  private final Installation installation;
  private final RunFolder folder;
  private final FlinkRest rest;
  private ClusterRecord record;

  private RunningCluster(Installation installation, RunFolder folder, ClusterRecord record) {
    this.installation = installation;
    this.folder = folder;
    this.record = record;
    this.rest = new FlinkRest(record.restPort());
  }

  /**
   * The cluster of a run folder, whether or not all of its processes are still there.
   *
   * @throws CaudalException {@code CLUSTER_FAILED} if none was started there
   */
  public static RunningCluster open(Installation installation, Path path) {
    RunFolder folder = RunFolder.inUse(path);
    ClusterRecord record =
        ClusterRecord.read(folder)
            .orElseThrow(
                () ->
                    new CaudalException(
                        ErrorCode.CLUSTER_FAILED,
                        "no cluster runs in "
                            + path
                            + "; start one with: caudal cluster start --dir "
                            + path));
    return new RunningCluster(installation, folder, record);
  }

  public Path path() {
    return folder.path();
  }

  /** Flink's web page. */
  public String uiAddress() {
    return rest.address();
  }

  /** Of the cluster's own broker; empty if it has none. */
  public Optional<String> bootstrapServers() {
    return record.broker() == null
        ? Optional.empty()
        : Optional.of("127.0.0.1:" + record.brokerPort());
  }

  /** The job of this cluster. */
  public ClusterJob job() {
    return new ClusterJob(this);
  }

  public ClusterStatus status() {
    return ClusterStatus.of(this);
  }

  /** Waits until the TaskManager has registered; returns its name. */
  public String addTaskManager() {
    requireJobManager();
    int before = rest.taskManagers();
    String name = "tm-" + (record.started() + 1);
    RunningProcess fresh =
        RunningProcess.of(
            new FlinkProcesses(folder, configuration(), installation.flinkClassPath())
                .startTaskManager(name));
    change(record.with(fresh));
    boolean registered =
        fresh.await(folder, "it registered", START_LIMIT, () -> registered(name, before));
    if (!registered) {
      fresh.end(Duration.ZERO);
      change(record.without(fresh));
      throw new CaudalException(
          ErrorCode.CLUSTER_FAILED,
          name
              + " has not registered within "
              + START_LIMIT.toSeconds()
              + " s"
              + fresh.logTail(folder));
    }
    return name;
  }

  private boolean registered(String name, int before) {
    return rest.taskManagers() > before
        || rest.get("/taskmanagers")
            .map(all -> all.path("taskmanagers").findValuesAsText("id").contains(name))
            .orElse(false);
  }

  /**
   * SIGKILL.
   *
   * @param number that of its name, {@code tm-NUMBER}
   * @return its name
   */
  public String killTaskManager(int number) {
    String name = "tm-" + number;
    return kill(taskManagers().stream().filter(one -> one.name().equals(name)).findFirst(), name);
  }

  /** As {@link #killTaskManager}, by process id. */
  public String killTaskManagerWithPid(long pid) {
    return kill(
        taskManagers().stream().filter(one -> one.pid() == pid).findFirst(),
        "TaskManager with process id " + pid);
  }

  /** As {@link #killTaskManager}, of the TaskManager that most of the job's tasks run on. */
  public String killBusiestTaskManager() {
    String name =
        rest.busiestTaskManager(job().running().id())
            .orElseThrow(
                () -> new CaudalException(ErrorCode.CLUSTER_FAILED, "no task of the job runs"));
    return kill(taskManagers().stream().filter(one -> one.name().equals(name)).findFirst(), name);
  }

  private String kill(Optional<RunningProcess> found, String wanted) {
    RunningProcess process =
        found.orElseThrow(
            () ->
                new CaudalException(
                    ErrorCode.CLUSTER_FAILED,
                    "no "
                        + wanted
                        + " runs in "
                        + folder.path()
                        + "; there are "
                        + taskManagers().stream()
                            .map(one -> one.name() + " (" + one.pid() + ")")
                            .toList()));
    process.end(Duration.ZERO);
    change(record.without(process));
    return process.name() + " (" + process.pid() + ")";
  }

  /** TaskManagers that were started and not killed by us, alive or not. */
  List<RunningProcess> taskManagers() {
    return record.taskManagers();
  }

  /** Ends every process; by force what doesn't end soon. */
  public void end() {
    List<RunningProcess> all = record.processes();
    all.stream().filter(one -> !one.equals(record.broker())).forEach(RunningProcess::terminate);
    all.forEach(
        process -> {
          process.terminate();
          process.end(STOP_LIMIT);
        });
    ClusterRecord.delete(folder);
  }

  /** Deletes checkpoints, savepoints, topics and logs; for a cluster that was ended. */
  public void deleteData() {
    try {
      RunFolder.delete(folder.path());
    } catch (IOException e) {
      throw new CaudalException(
          ErrorCode.STORAGE_UNAVAILABLE, "cannot delete " + folder.path() + ": " + e, e);
    }
  }

  ClusterRecord record() {
    return record;
  }

  void change(ClusterRecord next) {
    next.write(folder);
    record = next;
  }

  RunFolder folder() {
    return folder;
  }

  FlinkRest rest() {
    return rest;
  }

  Installation installation() {
    return installation;
  }

  /** What the cluster's processes read at their start. */
  Configuration configuration() {
    return GlobalConfiguration.loadConfiguration(folder.resolve("conf").toString());
  }

  /**
   * @throws CaudalException {@code CLUSTER_FAILED} with the log's end if it doesn't run
   */
  RunningProcess requireJobManager() {
    RunningProcess jobManager = record.jobManager();
    if (!jobManager.isAlive()) {
      throw new CaudalException(
          ErrorCode.CLUSTER_FAILED,
          "the JobManager (process "
              + jobManager.pid()
              + ") does not run any more; end the rest with: caudal cluster stop --now"
              + jobManager.logTail(folder));
    }
    return jobManager;
  }
}
