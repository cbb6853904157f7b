package io.caudal.chaos;

import io.caudal.cli.local.ChaosJob;
import io.caudal.cli.local.ChaosProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;

/** Breaks one thing at a time and mends it, except what has to mend itself. */
final class Faults {
  private static final Duration CHECKPOINT_LIMIT = Duration.ofSeconds(20);

  private final ChaosProcesses processes;
  private final ChaosJob job;
  private final CheckpointDisk disk;
  private final ModelOrders model;
  private final TopicLimits limits;
  private final Map<String, String> settings;
  private int parallelism;
  private int upgrades;

  /**
   * @param settings of the job as it was submitted
   * @param parallelism of the job as it was submitted
   */
  Faults(
      ChaosProcesses processes,
      ChaosJob job,
      CheckpointDisk disk,
      Map<String, String> settings,
      int parallelism) {
    this.processes = processes;
    this.job = job;
    this.disk = disk;
    this.settings = settings;
    this.parallelism = parallelism;
    model = new ModelOrders(processes.path());
    limits = new TopicLimits(processes.bootstrapServers());
  }

  /** Strikes, and returns when the fault is over; whether it could strike at all. */
  boolean strike(FaultKind kind, Random random) {
    return switch (kind) {
      case TASK_MANAGER_KILL -> killBusiest();
      case TASK_MANAGER_KILL_IN_PREFILL -> killHeld("hold-prefill");
      case TASK_MANAGER_KILL_IN_DECODE -> killHeld("hold-decode");
      case TASK_MANAGER_KILL_IN_CHECKPOINT -> killInCheckpoint();
      case TASK_MANAGER_PAUSE -> pauseTaskManager(between(random, 500, 8000));
      case CLOCK_JUMP -> processes.clock().isThere() && jump(random);
      case JOB_MANAGER_KILL -> done(processes::killJobManager);
      case JOB_MANAGER_PAUSE ->
          during(between(random, 500, 8000), pause -> processes.pauseJobManager(pause));
      case BROKER_RESTART -> done(() -> processes.restartBroker(true));
      case BROKER_KILL -> done(() -> processes.restartBroker(false));
      case BROKER_PAUSE -> during(between(random, 500, 10_000), processes::pauseBroker);
      case BROKER_LONG_PAUSE -> during(Duration.ofSeconds(30), processes::pauseBroker);
      case RESULTS_REFUSED -> refuse("caudal.results", between(random, 500, 4000));
      case TOKENS_REFUSED -> refuse("caudal.tokens", between(random, 500, 4000));
      case CHECKPOINTS_FAIL -> hideCheckpoints(between(random, 700, 3000));
      case CHECKPOINTS_FULL -> disk.isThere() && disk.fill(between(random, 1000, 4000));
      case MODEL_THROWS -> model.order("throw");
      case MODEL_HANGS -> model.order("hang " + between(random, 500, 20_000).toMillis());
      case MODEL_OUT_OF_MEMORY -> model.order("oom");
      case MODEL_CRASHES -> model.order("crash");
      case SAVEPOINT -> job.savepoint();
      case UPGRADE -> restart(Optional.of(anotherJar()), otherSettings(), parallelism);
      case RESCALE -> restart(Optional.empty(), Map.of(), 3 - parallelism);
    };
  }

  private static Duration between(Random random, int fromMillis, int toMillis) {
    return Duration.ofMillis(fromMillis + random.nextInt(toMillis - fromMillis));
  }

  private interface Switch {
    void set(boolean on);
  }

  private static boolean during(Duration time, Switch fault) {
    fault.set(true);
    try {
      Waiting.pass(time);
    } finally {
      fault.set(false);
    }
    return true;
  }

  private static boolean done(Runnable fault) {
    fault.run();
    return true;
  }

  private boolean refuse(String topic, Duration time) {
    return during(time, refuse -> limits.refuse(topic, refuse));
  }

  // ---- TaskManagers

  private String victim() {
    List<String> names = processes.taskManagers();
    return processes.busiestTaskManager(job.id()).orElse(names.get(0));
  }

  private boolean killBusiest() {
    processes.killTaskManager(victim());
    return true;
  }

  private boolean killInCheckpoint() {
    String victim = victim();
    if (!job.awaitCheckpointing(CHECKPOINT_LIMIT)) {
      return false;
    }
    processes.killTaskManager(victim);
    return true;
  }

  private boolean killHeld(String order) {
    OptionalLong pid = model.hold(order);
    pid.ifPresent(processes::killTaskManager);
    return pid.isPresent();
  }

  private boolean pauseTaskManager(Duration time) {
    String victim = victim();
    return during(time, pause -> processes.pauseTaskManager(victim, pause));
  }

  private boolean jump(Random random) {
    Duration by = Duration.ofSeconds(random.nextInt(121) - 60);
    return during(
        between(random, 2000, 8000), jump -> processes.clock().shift(jump ? by : Duration.ZERO));
  }

  // ---- checkpoints

  private boolean hideCheckpoints(Duration time) {
    Path folder = processes.checkpoints().resolve(job.id());
    Path hidden = processes.checkpoints().resolve("hidden");
    if (!Files.isDirectory(folder)) {
      return false;
    }
    return during(
        time,
        hide -> {
          try {
            if (hide) {
              Files.move(folder, hidden);
              Files.writeString(folder, "in the way");
            } else {
              Files.delete(folder);
              Files.move(hidden, folder);
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  // ---- the job

  private boolean restart(Optional<Path> jar, Map<String, String> changes, int newParallelism) {
    Optional<Path> savepoint = job.stop();
    if (savepoint.isEmpty()) {
      return false;
    }
    settings.putAll(changes);
    parallelism = newParallelism;
    job.submit(jar, settings, parallelism, savepoint);
    return true;
  }

  /** This build's under another name: what a class loader takes for another jar. */
  private Path anotherJar() {
    Path jar = processes.path().resolve("job-" + ++upgrades + ".jar");
    try {
      Files.copy(ChaosJob.builtJar(), jar);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return jar;
  }

  /** Geometry and pace change; what is answered must not. */
  private Map<String, String> otherSettings() {
    boolean odd = upgrades % 2 == 1;
    return Map.of(
        "engine.max-batch", odd ? "3" : "16",
        "engine.token-budget", odd ? "48" : "512",
        "engine.step-loops", odd ? "1" : "2",
        "kv.compression", odd ? "zstd" : "none",
        "kv.device.tokens", odd ? "8192" : "65536");
  }
}
