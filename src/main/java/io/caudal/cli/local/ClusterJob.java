package io.caudal.cli.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.jspecify.annotations.Nullable;

/** Caudal's job on a {@link RunningCluster}: one at a time. */
public final class ClusterJob {
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration LOST_LIMIT = Duration.ofSeconds(10);
  private static final Duration END_LIMIT = Duration.ofSeconds(30);

  private final RunningCluster cluster;
  private final FlinkRest rest;

  ClusterJob(RunningCluster cluster) {
    this.cluster = cluster;
    this.rest = cluster.rest();
  }

  /**
   * The newest savepoint or checkpoint in the cluster's folder, of this run of it or an earlier
   * one.
   */
  public Optional<Path> newestSnapshot() {
    return cluster.folder().newestSnapshot();
  }

  /**
   * Submits the job and waits until all of its tasks run.
   *
   * @param from a savepoint or checkpoint to go on from, a path or a {@code file:} URI; null for
   *     none
   * @throws CaudalException {@code CLUSTER_FAILED} if a job runs already, has no room, or doesn't
   *     start
   */
  public SubmittedJob submit(
      Map<String, String> settings, @Nullable Integer parallelism, @Nullable String from) {
    cluster.requireJobManager();
    if (isRunning()) {
      throw new CaudalException(
          ErrorCode.CLUSTER_FAILED,
          "job "
              + running().id()
              + " runs already; see: caudal cluster rescale, caudal cluster stop");
    }
    Configuration configuration = cluster.configuration();
    int subtasks =
        parallelism == null ? configuration.get(CoreOptions.DEFAULT_PARALLELISM) : parallelism;
    requireSlots(subtasks);
    configuration.set(CoreOptions.DEFAULT_PARALLELISM, subtasks);
    String id =
        submit(configuration, settings, Optional.ofNullable(from).map(ClusterJob::existing));
    SubmittedJob job = new SubmittedJob(id, settings, subtasks);
    cluster.change(cluster.record().with(job));
    await("the job's tasks running", START_LIMIT, () -> rest.runs(id));
    return job;
  }

  /** A submission whose answer was lost may have worked: then there is a job more. */
  private String submit(
      Configuration configuration, Map<String, String> settings, Optional<Path> from) {
    Optional<Set<String>> before = unended();
    try {
      return JobSubmission.submit(cluster.installation().jobJar(), configuration, settings, from);
    } catch (CaudalException e) {
      AtomicReference<@Nullable String> ours = new AtomicReference<>();
      boolean mayHaveWorked = e.code() == ErrorCode.CLUSTER_FAILED && before.isPresent();
      if (mayHaveWorked) {
        boolean unused = // not there, the failure is told
            cluster
                .requireJobManager()
                .await(
                    cluster.folder(),
                    "the job was found",
                    LOST_LIMIT,
                    () -> {
                      ours.set(onlyMore(before.get()));
                      return ours.get() != null;
                    });
      }
      String id = ours.get();
      if (id == null) {
        throw e;
      }
      return id;
    }
  }

  private @Nullable String onlyMore(Set<String> before) {
    Set<String> more = new TreeSet<>(unended().orElse(Set.of()));
    more.removeAll(before);
    return more.size() == 1 ? more.iterator().next() : null;
  }

  /** Empty if nobody says. */
  private Optional<Set<String>> unended() {
    return rest.get("/jobs/overview")
        .map(
            all -> {
              Set<String> ids = new TreeSet<>();
              all.path("jobs").forEach(job -> ids.add(job.path("jid").asText()));
              ids.removeIf(rest::hasEnded);
              return ids;
            });
  }

  private static Path existing(String from) {
    Path path = from.startsWith("file:") ? Path.of(URI.create(from)) : Path.of(from);
    if (!Files.exists(path.resolve("_metadata"))) {
      throw new CaudalException(
          ErrorCode.STORAGE_UNAVAILABLE,
          path + " is no savepoint or checkpoint: it has no file _metadata");
    }
    return path.toAbsolutePath();
  }

  private void requireSlots(int subtasks) {
    int slots = rest.get("/overview").map(all -> all.path("slots-total").asInt()).orElse(0);
    if (subtasks > slots) {
      throw new CaudalException(
          ErrorCode.CLUSTER_FAILED,
          "parallelism "
              + subtasks
              + " needs as many task slots and the cluster has "
              + slots
              + "; see: caudal cluster add-taskmanager");
    }
  }

  /** Whether a job was submitted and has not ended. */
  public boolean isRunning() {
    SubmittedJob job = cluster.record().job();
    return job != null && !rest.hasEnded(job.id());
  }

  /**
   * @throws CaudalException {@code CLUSTER_FAILED} if no job runs
   */
  public SubmittedJob running() {
    cluster.requireJobManager();
    SubmittedJob job = cluster.record().job();
    if (job == null || !isRunning()) {
      throw new CaudalException(
          ErrorCode.CLUSTER_FAILED,
          job == null
              ? "no job was submitted to the cluster; see: caudal cluster submit"
              : "job " + job.id() + " is " + state(job) + "; see: caudal cluster submit");
    }
    return job;
  }

  private String state(SubmittedJob job) {
    String state = rest.jobState(job.id());
    return state.isEmpty() ? "not known to the JobManager" : state;
  }

  /** Takes a savepoint while the job goes on; returns its path. */
  public String savepoint(Duration limit) {
    String id = running().id();
    Savepoints savepoints = savepoints();
    return location(savepoints, id, savepoints.trigger(id), limit)
        .orElseThrow(() -> late("the savepoint", limit));
  }

  /**
   * Stops the job with a savepoint. What runs is in it, unless drained: then it is finished first,
   * as far as {@code limit} allows; after it the job is cancelled, and what it goes on from is its
   * last checkpoint.
   */
  public JobSnapshot stop(boolean drain, Duration limit) {
    SubmittedJob job = running();
    String id = job.id();
    Savepoints savepoints = savepoints();
    Optional<String> location =
        drain
            ? location(savepoints, id, savepoints.triggerStop(id, true), limit)
            : new HeldStop(
                    savepoints,
                    job.settings(),
                    limit,
                    (what, done) ->
                        cluster.requireJobManager().await(cluster.folder(), what, limit, done))
                .stop(id);
    if (location.isEmpty() && !drain) {
      throw new CaudalException(
          ErrorCode.CLUSTER_FAILED,
          "the savepoint took longer than "
              + limit.toSeconds()
              + " s; the job may still stop when it is complete: see caudal cluster status, and"
              + " start it again with caudal cluster submit");
    }
    if (location.isEmpty()) {
      String checkpoint = lastCheckpoint(id);
      rest.change("PATCH", "/jobs/" + id + "?mode=cancel", JsonNodeFactory.instance.objectNode());
      awaitEnd(id);
      return new JobSnapshot(checkpoint, false);
    }
    awaitEnd(id);
    return new JobSnapshot(location.get(), drain);
  }

  /** Stops the job with a savepoint and starts it from there with another parallelism. */
  public SubmittedJob rescale(int parallelism, Duration limit) {
    SubmittedJob job = running();
    requireSlots(parallelism);
    String path = stop(false, limit).path();
    try {
      return submit(job.settings(), parallelism, path);
    } catch (CaudalException e) {
      throw new CaudalException(
          e.code(),
          e.getMessage()
              + "\n  the job is stopped; start it again with: caudal cluster submit --from-savepoint "
              + path,
          e);
    }
  }

  private Savepoints savepoints() {
    return new Savepoints(rest, cluster.folder().resolve("savepoints").toUri().toString());
  }

  private Optional<String> location(
      Savepoints savepoints, String id, String trigger, Duration limit) {
    AtomicReference<@Nullable String> location = new AtomicReference<>();
    cluster
        .requireJobManager()
        .await(
            cluster.folder(),
            "the savepoint was complete",
            limit,
            () -> {
              savepoints.location(id, trigger).ifPresent(location::set);
              return location.get() != null;
            });
    return Optional.ofNullable(location.get());
  }

  private String lastCheckpoint(String id) {
    return rest.get("/jobs/" + id + "/checkpoints")
        .map(all -> all.path("latest").path("completed").path("external_path"))
        .map(JsonNode::asText)
        .filter(path -> !path.isEmpty())
        .orElseThrow(
            () ->
                new CaudalException(
                    ErrorCode.CLUSTER_FAILED, "the job has no checkpoint to go on from"));
  }

  private void awaitEnd(String id) {
    await("the job's end", END_LIMIT, () -> rest.hasEnded(id));
  }

  private void await(String what, Duration limit, BooleanSupplier ready) {
    if (!cluster.requireJobManager().await(cluster.folder(), what, limit, ready)) {
      throw late(what, limit);
    }
  }

  private static CaudalException late(String what, Duration limit) {
    return new CaudalException(
        ErrorCode.CLUSTER_FAILED, what + " took longer than " + limit.toSeconds() + " s");
  }
}
