package io.caudal.analytics.health;

import io.caudal.analytics.JobView;
import io.caudal.analytics.JobView.Checkpoints;
import io.caudal.analytics.Text;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Checks of the broker, and of the job as Flink sees it. */
final class JobChecks {
  /** A failure is news for so long. */
  private static final long RECENT_MILLIS = 300_000;

  /** A checkpoint may be so many intervals old, and never is too old below the least. */
  private static final long LATE_INTERVALS = 10;

  private static final long LEAST_LATE_MILLIS = 30_000;
  private static final long MUCH_TOO_LATE = 10;

  private JobChecks() {}

  static Check broker(Broker broker) {
    if (broker.brokers() == 0) {
      return Check.unhealthy(
          "broker",
          "no answer from " + broker.servers() + " (" + broker.failure() + ")",
          "check that Kafka runs and --bootstrap is right");
    }
    if (!broker.missing().isEmpty()) {
      return Check.unhealthy(
          "broker",
          "no topic " + Text.list(broker.missing()),
          "make it, or give its name with -D topics.…=NAME");
    }
    return Check.healthy(
        "broker", broker.servers() + ", brokers: " + broker.brokers() + ", all topics there");
  }

  static Check job(Surroundings all) {
    JobView job = all.job();
    if (!all.restAnswers()) {
      return Check.degraded(
          "job",
          "not known: no JobManager answers at " + all.rest(),
          "give Flink's address with --rest http://HOST:PORT");
    }
    if (job == null) {
      return Check.unhealthy(
          "job",
          "the JobManager at " + all.rest() + " has no such job",
          "submit it, or give its name with -D job.name=NAME");
    }
    String tasks = job.runningTasks() + " of " + job.tasks() + " tasks run";
    if (!job.isRunning()) {
      return Check.unhealthy(
          "job",
          job.state() + ", " + tasks + because(job),
          "see the log of the TaskManager; with free task slots Flink restarts it by itself");
    }
    if (job.lastFailureMillis() > all.nowMillis() - RECENT_MILLIS) {
      return Check.degraded(
          "job",
          "RUNNING, but it failed "
              + Text.millis(all.nowMillis() - job.lastFailureMillis())
              + " ago"
              + because(job),
          "see the log of the TaskManager that failed");
    }
    String restarts = job.restarts() < 0 ? "" : ", restarts: " + job.restarts();
    return Check.healthy("job", "RUNNING, " + tasks + restarts);
  }

  private static String because(JobView job) {
    return job.lastFailure().isEmpty() ? "" : ": " + job.lastFailure();
  }

  static Check job(JobRun run, long nowMillis) {
    String since =
        "started " + Text.millis(Math.max(0, nowMillis - run.startMillis())) + " ago, restarts: ";
    boolean news = run.restarts() > 0 && run.startMillis() > nowMillis - RECENT_MILLIS;
    return news
        ? Check.degraded(
            "job", since + run.restarts(), "see the log of the TaskManager that failed")
        : Check.healthy("job", since + run.restarts());
  }

  /**
   * @param backend by its class or its name in Flink's configuration; empty if not known
   */
  static Check stateBackend(String backend) {
    if (backend.isEmpty()) {
      return Check.degraded("state backend", "not known", "it is known when the job is: see job");
    }
    if (backend.toLowerCase(Locale.ROOT).contains("rocksdb")) {
      return Check.healthy("state backend", backend);
    }
    return Check.degraded(
        "state backend",
        backend + " keeps sessions on the JVM's heap",
        "set state.backend.type: rocksdb in Flink's configuration");
  }

  static Check checkpoints(@Nullable JobView job, long nowMillis) {
    return job == null
        ? Check.degraded("checkpoints", "not known", "they are known when the job is: see job")
        : checkpoints(job.checkpoints(), job.startMillis(), nowMillis);
  }

  static Check checkpoints(Checkpoints checkpoints, long startMillis, long nowMillis) {
    if (checkpoints.intervalMillis() <= 0) {
      return Check.unhealthy(
          "checkpoints",
          "switched off: no result is ever committed, nothing outlives a failure",
          "set execution.checkpointing.interval in Flink's configuration");
    }
    long age = nowMillis - Math.max(checkpoints.newestMillis(), startMillis);
    long late = Math.max(LEAST_LATE_MILLIS, LATE_INTERVALS * checkpoints.intervalMillis());
    String newest =
        (checkpoints.newestMillis() == 0 ? "none since the start " : "the newest was ")
            + Text.millis(age)
            + " ago";
    String cause = checkpoints.lastFailure().isEmpty() ? "" : ": " + checkpoints.lastFailure();
    String remedy = "results wait for it; see the JobManager's log, disk and checkpoint storage";
    if (age > MUCH_TOO_LATE * late) {
      return Check.unhealthy("checkpoints", newest + cause, remedy);
    }
    if (age > late) {
      return Check.degraded("checkpoints", newest + cause, remedy);
    }
    if (checkpoints.lastFailureMillis() > nowMillis - RECENT_MILLIS
        && checkpoints.completed() > 0
        && checkpoints.failed() > checkpoints.completed()) {
      return Check.degraded("checkpoints", "more fail than complete" + cause, remedy);
    }
    String more =
        checkpoints.newestMillis() == 0 || checkpoints.newestBytes() < 0
            ? ""
            : ", "
                + Text.bytes(checkpoints.newestBytes())
                + ", took "
                + Text.millis(checkpoints.newestDurationMillis());
    return Check.healthy("checkpoints", newest + more);
  }
}
