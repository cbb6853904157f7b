package io.caudal.cli.local;

import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.error.CaudalException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A whole Caudal on this machine: broker, Flink cluster, running job. It ends with this JVM,
 * whatever ends that, unless {@link #leaveRunning} was called.
 *
 * <p>{@link #close} may be called by any thread, also while another one is in {@link #start}.
 */
public final class LocalCaudal implements AutoCloseable {
  // What the processes have resident with the bundled model, in MB.
  private static final int BROKER_MB = 300;
  private static final int JOB_MANAGER_MB = 450;
  private static final int TASK_MANAGER_MB = 900;

  private static final Duration SAVEPOINT_LIMIT = Duration.ofSeconds(30);

  private final Installation installation;
  private final LocalOptions options;
  private final RunFolder folder;
  private final Thread shutdownHook = new Thread(this::close, "caudal-shutdown");
  private volatile @Nullable LocalBroker broker;
  private volatile @Nullable LocalCluster cluster;
  private volatile @Nullable String jobId;
  private boolean closed;

  private LocalCaudal(Installation installation, LocalOptions options, RunFolder folder) {
    this.installation = installation;
    this.options = options;
    this.folder = folder;
  }

  /**
   * Starts everything and waits until the job runs.
   *
   * @param progress told each thing that is waited for
   * @throws CaudalException if something in the surroundings is not as needed; nothing is left
   *     behind
   */
  public static LocalCaudal start(
      Installation installation, LocalOptions options, Consumer<String> progress) {
    installation.check();
    KafkaSettings.from(Settings.of(options.settings()));
    MachineMemory.require(
        BROKER_MB + JOB_MANAGER_MB + (long) TASK_MANAGER_MB * options.taskManagers(),
        "Caudal with " + options.taskManagers() + " TaskManagers");
    LocalCaudal caudal = new LocalCaudal(installation, options, RunFolder.open());
    Runtime.getRuntime().addShutdownHook(caudal.shutdownHook);
    try {
      caudal.startProcesses(progress);
      return caudal;
    } catch (RuntimeException e) {
      caudal.close();
      throw e;
    }
  }

  private void startProcesses(Consumer<String> progress) {
    progress.accept("starting Kafka and Flink, TaskManagers: " + options.taskManagers());
    LocalBroker newBroker = LocalBroker.start(installation, folder, options.port());
    broker = newBroker;
    LocalCluster newCluster =
        LocalCluster.start(
            installation,
            folder,
            options.uiPort(),
            options.taskManagers(),
            Map.of(
                "parallelism.default", Integer.toString(options.parallelism()),
                "taskmanager.numberOfTaskSlots", Integer.toString(options.parallelism())));
    cluster = newCluster;
    newBroker.awaitReady(kafka());
    newCluster.awaitReady();
    progress.accept("starting the job and loading the model");
    Map<String, String> settings = new TreeMap<>(options.settings());
    settings.put("kafka.bootstrap-servers", newBroker.bootstrapServers());
    String id =
        JobSubmission.submit(
            installation.jobJar(), newCluster.configuration(), settings, folder.newestSnapshot());
    jobId = id;
    newCluster.awaitRunning(id);
  }

  public String bootstrapServers() {
    return Objects.requireNonNull(broker).bootstrapServers();
  }

  public LocalCluster cluster() {
    return Objects.requireNonNull(cluster);
  }

  public String jobId() {
    return Objects.requireNonNull(jobId);
  }

  public RunFolder folder() {
    return folder;
  }

  /** Topics and all else that the job knows of Kafka. */
  public KafkaSettings kafka() {
    Map<String, String> settings = new TreeMap<>(options.settings());
    settings.put("kafka.bootstrap-servers", bootstrapServers());
    return KafkaSettings.from(Settings.of(settings));
  }

  /**
   * Lets everything outlive this JVM.
   *
   * @return the shell command that ends it
   */
  public synchronized String leaveRunning() {
    folder.keep();
    closed = true;
    String pids =
        Stream.concat(
                Stream.of(Objects.requireNonNull(broker).process()), cluster().processes().stream())
            .map(process -> Long.toString(process.pid()))
            .collect(Collectors.joining(" "));
    return "kill -9 " + pids + "; sleep 1; rm -r " + folder.path();
  }

  /**
   * Goes on until a signal ends this JVM. Then, if the folder stays, the job is stopped with a
   * savepoint, from which the next start goes on; the exit code says whether that worked.
   */
  public void serve() throws InterruptedException {
    Runtime.getRuntime().addShutdownHook(new Thread(this::endGracefully, "caudal-end"));
    Runtime.getRuntime().removeShutdownHook(shutdownHook);
    new CountDownLatch(1).await();
  }

  private void endGracefully() {
    int code = 0;
    try {
      if (!folder.isTemporary()) {
        String savepoints = folder.resolve("savepoints").toUri().toString();
        cluster().stopJob(jobId(), savepoints, SAVEPOINT_LIMIT);
      }
    } catch (CaudalException e) {
      System.err.println(
          "caudal: no savepoint, the next start goes on from the last checkpoint: "
              + e.getMessage());
      code = 1;
    }
    close();
    // A signal's own exit code would tell of a failure.
    Runtime.getRuntime().halt(code);
  }

  /** Ends all processes and deletes a temporary run folder. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    LocalCluster flink = cluster;
    if (flink != null) {
      flink.close();
    }
    LocalBroker kafka = broker;
    if (kafka != null) {
      kafka.close();
    }
    folder.close();
  }
}
