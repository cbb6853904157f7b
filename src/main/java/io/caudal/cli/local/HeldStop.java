package io.caudal.cli.local;

import io.caudal.cli.console.ChangeOutcome;
import io.caudal.cli.console.Console;
import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Stops a job with a savepoint so that nothing is answered twice if the JobManager fails meanwhile.
 *
 * <p>Flink has a stopping savepoint's transactions committed before it notes that the job has
 * ended. A JobManager that takes over in between goes on from the last checkpoint, and what was
 * answered since would be again. So results are held back first, then a checkpoint is taken: from
 * it to the savepoint there are none.
 */
final class HeldStop {
  private static final Duration HOLD_LIMIT = Duration.ofSeconds(10);

  /** Waits until something is done; false if it took too long. */
  interface Wait {
    boolean until(String what, BooleanSupplier done);
  }

  private final Savepoints savepoints;
  private final Console console;
  private final Duration limit;
  private final Wait wait;

  /**
   * @param settings of the job
   * @param limit for the checkpoint and the savepoint, each; if nobody ends the hold, it ends after
   *     both and the time to begin it
   */
  HeldStop(Savepoints savepoints, Map<String, String> settings, Duration limit, Wait wait) {
    this.savepoints = savepoints;
    this.console = new Console(KafkaSettings.from(Settings.of(settings)));
    this.limit = limit;
    this.wait = wait;
  }

  /**
   * Returns where the savepoint is; empty if it took too long.
   *
   * @throws CaudalException {@code CLUSTER_FAILED} or {@code BROKER_UNREACHABLE} if it could not be
   *     taken: then the job goes on
   */
  Optional<String> stop(String jobId) {
    ChangeOutcome outcome = hold();
    if (!outcome.isApplied()) {
      console.releaseResults(HOLD_LIMIT);
      throw new CaudalException(
          ErrorCode.CLUSTER_FAILED,
          "the job has not held its results back within "
              + HOLD_LIMIT.toSeconds()
              + " s ("
              + outcome.summary()
              + "); see caudal health. To stop it as it is: caudal cluster stop --now");
    }
    AtomicReference<@Nullable String> location = new AtomicReference<>();
    try {
      String checkpoint = savepoints.triggerCheckpoint(jobId);
      if (wait.until(
          "a checkpoint was complete", () -> savepoints.isCheckpointed(jobId, checkpoint))) {
        String savepoint = savepoints.triggerStop(jobId, false);
        wait.until(
            "the savepoint was complete",
            () -> {
              savepoints.location(jobId, savepoint).ifPresent(location::set);
              return location.get() != null;
            });
      }
    } finally {
      if (location.get() == null) {
        console.releaseResults(HOLD_LIMIT);
      }
    }
    return Optional.ofNullable(location.get());
  }

  private ChangeOutcome hold() {
    try {
      return console.holdResults(HOLD_LIMIT.plus(limit).plus(limit), HOLD_LIMIT);
    } catch (CaudalException e) {
      // The broker may have it all the same.
      try {
        console.releaseResults(HOLD_LIMIT);
      } catch (CaudalException again) {
        e.addSuppressed(again); // then the hold ends by itself
      }
      throw e;
    }
  }
}
