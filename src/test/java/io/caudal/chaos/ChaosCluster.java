package io.caudal.chaos;

import io.caudal.cli.local.ChaosJob;
import io.caudal.cli.local.ChaosProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;

/** Processes, a disk for checkpoints, a supervisor, a running job; ends all of it. */
final class ChaosCluster implements AutoCloseable {
  static final int PARALLELISM = 2;

  private static final Map<String, String> FLINK =
      Map.of(
          "restart-strategy.exponential-delay.max-backoff", "2s",
          "taskmanager.numberOfTaskSlots", Integer.toString(PARALLELISM),
          "parallelism.default", Integer.toString(PARALLELISM));

  private final ChaosProcesses processes;
  private final CheckpointDisk disk;
  private final ChaosJob job;
  private final Map<String, String> settings;
  private final ScheduledExecutorService supervisor =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "chaos-supervisor"));

  /**
   * Starts all, and waits until the job runs.
   *
   * @param changes settings of the job that differ from the defaults
   */
  ChaosCluster(int taskManagers, Map<String, String> changes) {
    this(taskManagers, changes, "1g");
  }

  /**
   * @param diskSize of the checkpoints' disk
   */
  ChaosCluster(int taskManagers, Map<String, String> changes, String diskSize) {
    settings = new TreeMap<>(Map.of("model.dtype", "fp32", "engine.step-timeout", "10s"));
    settings.putAll(changes);
    // A client says so each time that it finds no broker.
    Configurator.setLevel("org.apache.kafka", Level.ERROR);
    processes = new ChaosProcesses(taskManagers, ModelOrders.jar(modelJar()), FLINK);
    disk = new CheckpointDisk(processes.checkpoints(), diskSize);
    job = new ChaosJob(processes);
    try {
      processes.awaitReady();
      job.submit(Optional.empty(), settings, PARALLELISM, Optional.empty());
      var unused =
          supervisor.scheduleWithFixedDelay(processes::supervise, 300, 300, TimeUnit.MILLISECONDS);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private static Path modelJar() {
    try {
      Path file = Files.createTempFile("caudal-faulty-model", ".jar");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ChaosProcesses processes() {
    return processes;
  }

  ChaosJob job() {
    return job;
  }

  Faults faults() {
    return new Faults(processes, job, disk, settings, PARALLELISM);
  }

  TopicReader reader() {
    return new TopicReader(processes.bootstrapServers());
  }

  @Override
  public void close() {
    supervisor.shutdownNow();
    disk.close();
    processes.close();
  }
}
