package io.caudal.cli.local;

import io.caudal.error.CaudalException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;

/**
 * A Flink session cluster: one JobManager and TaskManagers, each a process of its own, started as
 * Flink's scripts do.
 */
public final class LocalCluster implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(3);

  private final Configuration configuration;
  private final FlinkProcesses processes;
  private final int restPort;
  private final FlinkRest rest;
  private final ChildProcess jobManager;
  private final Map<String, ChildProcess> taskManagers = new LinkedHashMap<>();
  private int started;

  private LocalCluster(
      RunFolder folder, Configuration configuration, List<Path> classPath, int restPort) {
    this.configuration = configuration;
    this.processes = new FlinkProcesses(folder, configuration, classPath);
    this.restPort = restPort;
    this.rest = new FlinkRest(restPort);
    this.jobManager = processes.startJobManager();
  }

  /**
   * Starts all processes and returns at once; {@link #awaitReady} waits for them.
   *
   * @param uiPort 0 for any free one
   * @param changes Flink keys that differ from {@code flink-conf/config.yaml}
   */
  public static LocalCluster start(
      Installation installation,
      RunFolder folder,
      int uiPort,
      int taskManagers,
      Map<String, String> changes) {
    int restPort = Ports.choose(uiPort, "--ui-port");
    Map<String, String> all = new HashMap<>();
    all.put("rest.port", Integer.toString(restPort));
    all.put("rest.bind-port", Integer.toString(restPort));
    all.put("jobmanager.rpc.port", Integer.toString(Ports.choose(0, "")));
    // The default of 3 s would hide for that long where the job's tasks run.
    all.put("rest.cache.execution-graph.timeout", "300");
    all.putAll(changes);
    Configuration configuration = FlinkConf.write(installation.flinkConf(), folder, all);
    LocalCluster cluster =
        new LocalCluster(folder, configuration, installation.flinkClassPath(), restPort);
    try {
      for (int i = 0; i < taskManagers; i++) {
        cluster.addTaskManager();
      }
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  /**
   * Waits until every TaskManager has registered.
   *
   * @throws CaudalException {@code CLUSTER_FAILED} with the end of the log of the process at fault
   */
  public void awaitReady() {
    jobManager.await(
        taskManagers.size() + " TaskManagers registered",
        START_LIMIT,
        () -> {
          requireTaskManagersAlive();
          return rest.taskManagers() >= taskManagers.size();
        });
  }

  /** Waits until every task of the job runs. */
  public void awaitRunning(String jobId) {
    jobManager.await("the job's tasks running", START_LIMIT, () -> rest.runs(jobId));
  }

  /**
   * Stops the job with a savepoint in the run folder. What runs is in it.
   *
   * @throws CaudalException {@code CLUSTER_FAILED} if it failed or took longer than {@code limit}
   */
  void stopJob(String jobId, String savepointFolder, Duration limit) {
    Savepoints savepoints = new Savepoints(rest, savepointFolder);
    String trigger = savepoints.triggerStop(jobId, false);
    jobManager.await("the savepoint", limit, () -> savepoints.location(jobId, trigger).isPresent());
  }

  /** Flink's web page. */
  public String uiAddress() {
    return rest.address();
  }

  public Configuration configuration() {
    return configuration;
  }

  /**
   * Starts one more TaskManager, without waiting for it.
   *
   * @return its resource id
   */
  public String addTaskManager() {
    String id = "tm-" + ++started;
    taskManagers.put(id, processes.startTaskManager(id));
    return id;
  }

  /** The TaskManager that most of the job's tasks run on; empty while none runs. */
  public Optional<String> busiestTaskManager(String jobId) {
    return rest.placement(jobId).stream()
        .filter(taskManagers::containsKey)
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
        .entrySet()
        .stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey);
  }

  /** SIGKILL; returns the process id when the process is gone. */
  public long killTaskManager(String id) {
    ChildProcess process = taskManagers.remove(id);
    if (process == null) {
      throw new IllegalArgumentException("no TaskManager " + id + " runs");
    }
    process.kill();
    return process.pid();
  }

  List<ChildProcess> processes() {
    return Stream.concat(Stream.of(jobManager), taskManagers.values().stream()).toList();
  }

  ChildProcess jobManager() {
    return jobManager;
  }

  /** In the order of their numbers. */
  List<ChildProcess> taskManagers() {
    return taskManagers.values().stream().toList();
  }

  int restPort() {
    return restPort;
  }

  FlinkRest rest() {
    return rest;
  }

  private void requireTaskManagersAlive() {
    for (ChildProcess process : taskManagers.values()) {
      if (!process.isAlive()) {
        throw process.failed("TaskManager " + process.name() + " ended while starting");
      }
    }
  }

  /** Ends all processes; by force what doesn't end at once. */
  @Override
  public void close() {
    List<ChildProcess> all = processes();
    all.forEach(ChildProcess::terminate);
    all.forEach(process -> process.end(STOP_LIMIT));
  }
}
