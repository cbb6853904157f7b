package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caudal.cli.Commands;
import io.caudal.cli.local.EmbeddedBroker;
import io.caudal.config.JobSettings;
import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.jspecify.annotations.Nullable;

/** The whole job at parallelism 2 with a real broker, RocksDB and the bundled model in fp32. */
final class RunningJob implements AutoCloseable {
  private final Path folder;
  private final Map<String, String> settings;
  private final Map<String, String> flink;
  private final EmbeddedBroker broker;
  private MiniCluster cluster;
  private final Topics topics;
  private JobID job;

  /** The cluster counts on: the one that runs has this number. */
  private int lostTaskManagers;

  private RunningJob(
      Path folder,
      Map<String, String> settings,
      Map<String, String> flink,
      EmbeddedBroker broker,
      MiniCluster cluster)
      throws Exception {
    this.folder = folder;
    this.flink = flink;
    this.settings = settings;
    this.broker = broker;
    this.cluster = cluster;
    this.topics = new Topics(broker.bootstrapServers());
    this.job = submit(new JobID(), 2, null);
  }

  /**
   * @param more settings besides those that a test needs
   */
  static RunningJob start(Path folder, Map<String, String> more) throws Exception {
    return start(folder, more, Map.of());
  }

  /**
   * @param flink keys of Flink, over those that a test needs
   */
  static RunningJob start(Path folder, Map<String, String> more, Map<String, String> flink)
      throws Exception {
    KafkaSettings names = KafkaSettings.from(Settings.of(Map.of()));
    EmbeddedBroker broker = new EmbeddedBroker(folder.resolve("kafka"), names);
    Map<String, String> settings = new HashMap<>(more);
    settings.put("kafka.bootstrap-servers", broker.bootstrapServers());
    settings.put("model.dtype", "fp32");
    settings.put("metrics.interval", "500ms");
    settings.putIfAbsent("kv.block-bytes", "64kb");
    return new RunningJob(folder, settings, flink, broker, startCluster(flink));
  }

  private static MiniCluster startCluster(Map<String, String> flink) throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(RestOptions.BIND_PORT, "0");
    configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(128));
    configuration.addAll(Configuration.fromMap(flink));
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(2)
                .build());
    cluster.start();
    return cluster;
  }

  KafkaSettings kafka() {
    return KafkaSettings.from(
        Settings.of(Map.of("kafka.bootstrap-servers", broker.bootstrapServers())));
  }

  /** Where the JobManager answers. */
  String restAddress() throws Exception {
    return cluster.getRestAddress().get().toString();
  }

  Topics topics() {
    return topics;
  }

  /** Runs a command of ours against the job. */
  Commands command(String... args) {
    return Commands.run(
        Stream.concat(Arrays.stream(args), Stream.of("--bootstrap", broker.bootstrapServers()))
            .toArray(String[]::new));
  }

  /** From now on the broker takes no more from any producer, but by and by. */
  void throttleProducers(double bytesPerSecond) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      var everyClient = new ClientQuotaEntity(Collections.singletonMap("client-id", null));
      var rate = new ClientQuotaAlteration.Op("producer_byte_rate", bytesPerSecond);
      admin
          .alterClientQuotas(List.of(new ClientQuotaAlteration(everyClient, List.of(rate))))
          .all()
          .get();
    }
  }

  /** Ends the TaskManager that the job runs on, and starts another. */
  void loseTaskManager() throws Exception {
    cluster.terminateTaskManager(lostTaskManagers++).get();
    cluster.startTaskManager();
  }

  /** Stops with a savepoint and goes on from it with another parallelism. */
  void rescale(int parallelism) throws Exception {
    awaitRunning();
    String target = folder.resolve("savepoints").toUri().toString();
    String savepoint =
        cluster.stopWithSavepoint(job, target, false, SavepointFormatType.NATIVE).get();
    job = submit(new JobID(), parallelism, savepoint);
  }

  /** Takes a checkpoint now; returns the files that only it has brought, with their sizes. */
  Map<Path, Long> checkpoint() throws Exception {
    awaitRunning();
    Path all = folder.resolve("checkpoints");
    Map<Path, Long> before = sizes(all);
    long id = cluster.triggerCheckpoint(job, CheckpointType.INCREMENTAL).get();
    assertThat(id).isPositive();
    Map<Path, Long> after = sizes(all);
    after.keySet().removeAll(before.keySet());
    return after;
  }

  /** Files come and go meanwhile. */
  private static Map<Path, Long> sizes(Path folder) throws IOException {
    Map<Path, Long> sizes = new HashMap<>();
    SimpleFileVisitor<Path> visitor =
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            sizes.put(file, attributes.size());
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
          }
        };
    Files.walkFileTree(folder, visitor);
    return sizes;
  }

  /**
   * Stops the job as it is; returns the savepoint, in the format that outlives versions of Flink.
   */
  String savepoint() throws Exception {
    awaitRunning();
    String target = folder.resolve("savepoints").toUri().toString();
    return cluster.stopWithSavepoint(job, target, false, SavepointFormatType.CANONICAL).get();
  }

  /** Stops the job after it has finished what it took; returns the savepoint. */
  String drain() throws Exception {
    awaitRunning();
    String target = folder.resolve("savepoints").toUri().toString();
    return cluster.stopWithSavepoint(job, target, true, SavepointFormatType.NATIVE).get();
  }

  /**
   * Stops the job as it is, and goes on from the checkpoint before: what a JobManager does that
   * fails when the savepoint's transactions are committed and the job's end is not yet noted.
   *
   * @param between runs after that checkpoint and before the savepoint
   */
  void stopInVain(Runnable between) throws Exception {
    checkpoint();
    Path all = folder.resolve("checkpoints").resolve(job.toHexString());
    Path copy = folder.resolve("copy");
    copyWhatStays(all, copy);
    between.run();
    String unused = savepoint();
    await().atMost(Duration.ofMinutes(1)).until(() -> sizes(all).isEmpty()); // Flink tidies up
    FileUtils.copyDirectory(copy.toFile(), all.toFile());
    job = submit(new JobID(), 2, newest(all).toUri().toString());
    awaitRunning();
  }

  /** Flink removes what older checkpoints leave behind meanwhile. */
  private static void copyWhatStays(Path from, Path to) throws IOException {
    for (Path file : sizes(from).keySet()) {
      Path target = to.resolve(from.relativize(file));
      Files.createDirectories(target.getParent());
      try {
        Files.copy(file, target);
      } catch (NoSuchFileException e) {
        // of a checkpoint that is none any more
      }
    }
  }

  private static Path newest(Path checkpoints) throws IOException {
    try (Stream<Path> all = Files.list(checkpoints)) {
      return all.filter(path -> Files.exists(path.resolve("_metadata")))
          .max(
              Comparator.comparing(
                  path -> Integer.parseInt(path.getFileName().toString().substring(4))))
          .orElseThrow();
    }
  }

  /** Starts the job again. */
  void resume(String savepoint) throws Exception {
    job = submit(new JobID(), 2, savepoint);
  }

  /** Stops the job as it is, and goes on from the savepoint on another cluster with the same id. */
  void stopAndStartAgain() throws Exception {
    String savepoint = savepoint();
    cluster.close();
    cluster = startCluster(flink);
    job = submit(job, 2, savepoint);
  }

  /** A savepoint is refused while one of the tasks still starts. */
  private void awaitRunning() throws Exception {
    long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (!isRunning()) {
      assertThat(System.nanoTime())
          .as("all tasks run; %s", cluster.getExecutionGraph(job).get().getFailureInfo())
          .isLessThan(end);
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  private boolean isRunning() throws Exception {
    for (AccessExecutionVertex task :
        cluster.getExecutionGraph(job).get().getAllExecutionVertices()) {
      if (task.getExecutionState() != ExecutionState.RUNNING) {
        return false;
      }
    }
    return true;
  }

  /** Ends the job for good. */
  void drop() throws Exception {
    cluster.cancelJob(job).get();
    cluster.requestJobResult(job).get();
  }

  private JobID submit(JobID id, int parallelism, @Nullable String savepoint) throws Exception {
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(flink(savepoint));
    environment.setParallelism(parallelism);
    CaudalJob.configure(environment);
    new CaudalGraph(environment, Settings.of(settings)).build();
    StreamGraph graph = environment.getStreamGraph();
    graph.setJobName(JobSettings.from(Settings.of(settings)).name());
    JobGraph jobGraph = graph.getJobGraph();
    jobGraph.setJobID(id);
    return cluster.submitJob(jobGraph).get().getJobID();
  }

  private Configuration flink(@Nullable String savepoint) {
    Configuration configuration = new Configuration();
    configuration.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
    configuration.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
    configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(200));
    configuration.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        folder.resolve("checkpoints").toUri().toString());
    configuration.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 100);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(100));
    configuration.addAll(Configuration.fromMap(flink));
    if (savepoint != null) {
      configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
    }
    return configuration;
  }

  @Override
  public void close() {
    try {
      cluster.close();
    } catch (Exception e) {
      throw new AssertionError("the cluster does not stop", e);
    }
    topics.close();
    broker.close();
  }
}
