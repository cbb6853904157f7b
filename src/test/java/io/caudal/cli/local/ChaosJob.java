package io.caudal.cli.local;

import com.fasterxml.jackson.databind.JsonNode;
import io.caudal.error.CaudalException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Caudal's job on {@link ChaosProcesses} that may fail at any moment: what is asked of it is asked
 * again until it works. One thread at a time may stop and start it.
 */
public final class ChaosJob {
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final Duration SAVEPOINT_LIMIT = Duration.ofSeconds(60);

  private final ChaosProcesses processes;
  private volatile String id = "";
  private Map<String, String> settings = Map.of();

  public ChaosJob(ChaosProcesses processes) {
    this.processes = processes;
  }

  public String id() {
    return id;
  }

  /** Whether every task runs. */
  public boolean runs() {
    return processes.rest().allTasksRun(id);
  }

  /** Restarts of the present job so far; -1 if it is not known. */
  public int restarts() {
    return processes
        .rest()
        .get("/jobs/" + id + "/metrics?get=numRestarts")
        .map(metrics -> metrics.path(0).path("value").asInt(-1))
        .orElse(-1);
  }

  /** What made the job fail last; empty if nothing has. */
  public String lastFailure() {
    return processes.rest().lastFailure(id);
  }

  /** The job's figures as the JobManager tells them. */
  public Optional<JsonNode> overview() {
    return processes.rest().get("/jobs/" + id);
  }

  /**
   * Submits the job and waits until it runs.
   *
   * @param jar of the job; empty for this build's
   * @param from what it goes on from; empty to begin
   */
  public void submit(
      Optional<Path> jar, Map<String, String> settings, int parallelism, Optional<Path> from) {
    Map<String, String> all = new TreeMap<>(settings);
    all.put("kafka.bootstrap-servers", processes.bootstrapServers());
    this.settings = all;
    var configuration = processes.clientConfiguration();
    configuration.setString("parallelism.default", Integer.toString(parallelism));
    // A submission whose answer was lost may have worked: then its job runs.
    await(
        "a submission",
        () -> {
          try {
            id =
                JobSubmission.submit(
                    jar.orElse(processes.installation().jobJar()), configuration, all, from);
            return true;
          } catch (CaudalException e) {
            Optional<String> running = runningJob();
            running.ifPresent(found -> id = found);
            return running.isPresent();
          }
        });
    awaitRunning();
  }

  private Optional<String> runningJob() {
    for (JsonNode job :
        processes.rest().get("/jobs/overview").map(all -> all.path("jobs")).orElseThrow()) {
      if (!processes.rest().hasEnded(job.path("jid").asText())) {
        return Optional.of(job.path("jid").asText());
      }
    }
    return Optional.empty();
  }

  public void awaitRunning() {
    await("the job's tasks running", this::runs);
  }

  /** The job jar of this build. */
  public static Path builtJar() {
    return Installation.locate().jobJar();
  }

  /** Takes a savepoint while the job goes on; whether it worked. */
  public boolean savepoint() {
    return location(
            savepoints -> {
              AtomicReference<@Nullable String> location = new AtomicReference<>();
              String request = savepoints.trigger(id);
              until(
                  "a savepoint",
                  () -> {
                    savepoints.location(id, request).ifPresent(location::set);
                    return location.get() != null;
                  });
              return Optional.ofNullable(location.get());
            })
        .isPresent();
  }

  /**
   * Stops the job with a savepoint; empty if that failed and the job goes on.
   *
   * @return what it goes on from
   */
  public Optional<Path> stop() {
    Optional<String> location =
        location(
            savepoints ->
                new HeldStop(savepoints, settings, SAVEPOINT_LIMIT, this::until).stop(id));
    await("the job to end or to go on", () -> processes.rest().hasEnded(id) || runs());
    if (!processes.rest().hasEnded(id)) {
      return Optional.empty();
    }
    return location
        .map(uri -> Path.of(URI.create(uri)))
        .or(() -> processes.folder().newestSnapshot());
  }

  private interface Taking {
    Optional<String> from(Savepoints savepoints);
  }

  private boolean until(String what, BooleanSupplier done) {
    long end = System.nanoTime() + SAVEPOINT_LIMIT.toNanos();
    while (System.nanoTime() < end) {
      if (done.getAsBoolean()) {
        return true;
      }
      pause();
    }
    return false;
  }

  /** Where a savepoint is; empty if it failed. */
  private Optional<String> location(Taking taking) {
    Savepoints savepoints =
        new Savepoints(
            processes.rest(), processes.folder().resolve("savepoints").toUri().toString());
    try {
      return taking.from(savepoints);
    } catch (CaudalException e) {
      return Optional.empty();
    }
  }

  /** Waits until a checkpoint is being written, or {@code limit} has passed. */
  public boolean awaitCheckpointing(Duration limit) {
    Path folder = processes.checkpoints().resolve(id);
    long end = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() < end) {
      if (isCheckpointing(folder)) {
        return true;
      }
      LockSupport.parkNanos(1_000_000);
    }
    return false;
  }

  private static boolean isCheckpointing(Path folder) {
    try (Stream<Path> children = Files.list(folder)) {
      return children.anyMatch(
          child ->
              child.getFileName().toString().startsWith("chk-")
                  && !Files.exists(child.resolve("_metadata")));
    } catch (NoSuchFileException | NotDirectoryException e) {
      return false; // the latter while checkpoints are made to fail
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void await(String what, BooleanSupplier done) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!done.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(what + " took longer than " + LIMIT + "\n" + lastFailure());
      }
      processes.supervise();
      pause();
    }
  }

  private static void pause() {
    LockSupport.parkNanos(100_000_000);
  }
}
