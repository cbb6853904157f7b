package io.caudal.cli.local;

import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * A Caudal of real processes that may be killed and paused one by one: a broker, a ZooKeeper for
 * Flink's high availability, a JobManager, TaskManagers. What has ended is started again by {@link
 * #supervise}, as a service manager would. Safe for use by any thread; close ends every process.
 */
public final class ChaosProcesses implements AutoCloseable {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
  private static final Duration START_LIMIT = Duration.ofMinutes(5);
  private static final String ZOOKEEPER =
      "org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer";

  private final Installation installation = Installation.locate();
  private final RunFolder folder = RunFolder.temporary();
  private final ShiftedClock clock = new ShiftedClock(folder.path());
  private final int taskManagersWanted;
  private final Configuration configuration;
  private final FlinkProcesses flink;
  private final FlinkRest rest;
  private final ChildProcess zookeeper;
  private final Map<String, ChildProcess> taskManagers = new LinkedHashMap<>();
  private final Thread shutdownHook = new Thread(this::close, "chaos-shutdown");
  private LocalBroker broker;
  private ChildProcess jobManager;
  private int started;
  private int endedByThemselves;
  private boolean closed;

  /**
   * Starts everything; {@link #awaitReady} waits for it.
   *
   * @param modelJar comes first on the class path of the TaskManagers; null for none
   * @param changes Flink keys that differ from {@code flink-conf/config.yaml}
   */
  public ChaosProcesses(int taskManagers, @Nullable Path modelJar, Map<String, String> changes) {
    installation.check();
    Runtime.getRuntime().addShutdownHook(shutdownHook);
    taskManagersWanted = taskManagers;
    int restPort = Ports.choose(0, "");
    int zookeeperPort = Ports.choose(0, "");
    Map<String, String> all = new HashMap<>();
    all.put("rest.port", Integer.toString(restPort));
    all.put("rest.bind-port", Integer.toString(restPort));
    all.put("rest.cache.execution-graph.timeout", "100");
    all.put("rest.cache.checkpoint-statistics.timeout", "100ms");
    all.put("high-availability.type", "zookeeper");
    all.put("high-availability.zookeeper.quorum", "127.0.0.1:" + zookeeperPort);
    all.put("high-availability.storageDir", folder.resolve("ha").toUri().toString());
    all.put("high-availability.zookeeper.client.session-timeout", "5s");
    all.put("high-availability.zookeeper.client.connection-timeout", "5s");
    all.put("metrics.reporters", "none");
    all.putAll(changes);
    configuration = FlinkConf.write(installation.flinkConf(), folder, all);
    List<Path> classPath = installation.flinkClassPath();
    flink =
        new FlinkProcesses(
            folder,
            configuration,
            Stream.concat(Stream.ofNullable(modelJar), classPath.stream()).toList(),
            // They start often and live shortly.
            List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto"),
            clock.environment());
    rest = new FlinkRest(restPort);
    try {
      broker = LocalBroker.start(installation, folder, 0);
      zookeeper = startZooKeeper(classPath, zookeeperPort);
      jobManager = flink.startJobManager();
      supervise();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private ChildProcess startZooKeeper(List<Path> classPath, int port) {
    Path file = folder.resolve("conf/zoo.cfg");
    try {
      Files.writeString(
          file,
          "dataDir="
              + Files.createDirectories(folder.resolve("zookeeper"))
              + "\nclientPort="
              + port
              + "\nclientPortAddress=127.0.0.1\ntickTime=500\nadmin.enableServer=false\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ChildProcess.start(
        "zookeeper",
        folder,
        List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        classPath,
        ZOOKEEPER,
        List.of("--zkConfigFile", file.toString(), "--peerId", "1"),
        Map.of());
  }

  public void awaitReady() {
    broker.awaitReady(KafkaSettings.from(Settings.of(Map.of())));
    long end = System.nanoTime() + START_LIMIT.toNanos();
    while (rest.taskManagers() < taskManagersWanted) {
      if (System.nanoTime() > end) {
        throw new AssertionError("no TaskManagers within " + START_LIMIT);
      }
      // The first start may fail too, on a machine that is busy with something else.
      supervise();
      LockSupport.parkNanos(100_000_000);
    }
  }

  /** Starts what is not there any more. */
  public synchronized void supervise() {
    if (closed) {
      return;
    }
    if (!jobManager.isAlive()) {
      endedByThemselves++;
      jobManager = flink.startJobManager();
    }
    if (!broker.process().isAlive()) {
      endedByThemselves++;
      startBroker();
    }
    int before = taskManagers.size();
    taskManagers.values().removeIf(process -> !process.isAlive());
    endedByThemselves += before - taskManagers.size();
    while (taskManagers.size() < taskManagersWanted) {
      String name = "tm-" + ++started;
      taskManagers.put(name, flink.startTaskManager(name));
    }
  }

  /** Processes that ended without being killed by us. */
  public synchronized int endedByThemselves() {
    return endedByThemselves;
  }

  /** SIGKILL to the TaskManager; the next {@link #supervise} starts another. */
  public synchronized void killTaskManager(String name) {
    ChildProcess process = taskManagers.remove(name);
    if (process != null) {
      process.kill();
    }
  }

  /** SIGKILL to the TaskManager with this process id, if it is one of ours. */
  public synchronized void killTaskManager(long pid) {
    taskManagers.values().stream()
        .filter(process -> process.pid() == pid)
        .map(ChildProcess::name)
        .findFirst()
        .ifPresent(this::killTaskManager);
  }

  public synchronized List<String> taskManagers() {
    return List.copyOf(taskManagers.keySet());
  }

  /** The TaskManager that most of the job's tasks run on; empty while none does. */
  public Optional<String> busiestTaskManager(String jobId) {
    Optional<String> name = rest.busiestTaskManager(jobId);
    synchronized (this) {
      return name.filter(taskManagers::containsKey);
    }
  }

  /** Resident memory of the TaskManagers, in bytes. */
  public synchronized long residentBytes() {
    return taskManagers.values().stream().mapToLong(one -> residentBytes(one.pid())).sum();
  }

  private static long residentBytes(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
      }
      return 0;
    } catch (IOException e) {
      return 0; // it has ended
    }
  }

  public synchronized void pauseTaskManager(String name, boolean pause) {
    ChildProcess process = taskManagers.get(name);
    if (process != null) {
      pause(process, pause);
    }
  }

  /** The clock of all TaskManagers. */
  public ShiftedClock clock() {
    return clock;
  }

  /** SIGKILL, and a new one at once. */
  public synchronized void killJobManager() {
    jobManager.kill();
    jobManager = flink.startJobManager();
  }

  public synchronized void pauseJobManager(boolean pause) {
    pause(jobManager, pause);
  }

  public synchronized void pauseBroker(boolean pause) {
    pause(broker.process(), pause);
  }

  /**
   * Ends the broker and starts it again on the same port and data.
   *
   * @param cleanly SIGTERM, else SIGKILL
   */
  public synchronized void restartBroker(boolean cleanly) {
    if (cleanly) {
      broker.process().terminate();
      broker.process().end(STOP_LIMIT);
    } else {
      broker.process().kill();
    }
    startBroker();
  }

  private void startBroker() {
    if (!closed) {
      broker = LocalBroker.start(installation, folder, broker.port());
    }
  }

  private static void pause(ChildProcess process, boolean pause) {
    try {
      new ProcessBuilder("kill", pause ? "-STOP" : "-CONT", Long.toString(process.pid()))
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CaudalException(ErrorCode.CLUSTER_FAILED, "interrupted");
    }
  }

  public synchronized String bootstrapServers() {
    return broker.bootstrapServers();
  }

  /** Everything that is written lies there. */
  public Path path() {
    return folder.path();
  }

  public Path checkpoints() {
    return folder.resolve("checkpoints");
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

  /** For a client, which asks the one JobManager directly. */
  Configuration clientConfiguration() {
    Configuration client = new Configuration(configuration);
    client.setString("high-availability.type", "NONE");
    return client;
  }

  /** Ends all processes, paused ones too; deletes their folder. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    Stream<@Nullable ChildProcess> others =
        Stream.of(jobManager, zookeeper, broker == null ? null : broker.process());
    Stream.concat(taskManagers.values().stream(), others)
        .forEach(
            process -> {
              if (process != null) {
                process.kill();
              }
            });
    folder.close();
  }
}
