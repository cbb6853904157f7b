package io.caudal.cli;

import io.caudal.cli.console.ChangeOutcome;
import io.caudal.cli.console.Console;
import io.caudal.protocol.ControlAction;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal hold}: the step before Flink's own commands stop a job with a savepoint. */
@Command(
    name = "hold",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Has the job keep its results back for a while: what runs goes on, nothing is answered.",
      "Do so before 'flink stop', and take a checkpoint in between ('flink checkpoint JOB'):",
      "then nothing comes twice, even if the JobManager fails while the job stops. 'caudal",
      "cluster stop' and 'rescale' do both by themselves. The job that goes on from the",
      "savepoint isn't held. Exit code 0 if every subtask does it."
    })
final class HoldCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KafkaOptions broker;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "60",
      description = "How long at most (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(names = "--release", description = "Go on with results at once.")
  private boolean release;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "Longest wait for an answer (default: ${DEFAULT-VALUE}).")
  private int timeout;

  @Override
  public Integer call() {
    Ranges.check(spec, "--seconds", seconds, 1, (int) ControlAction.LONGEST_HOLD.toSeconds());
    Ranges.check(spec, "--timeout", timeout, 1, 3600);
    Console console = new Console(broker.settings());
    Duration limit = Duration.ofSeconds(timeout);
    ChangeOutcome outcome =
        release
            ? console.releaseResults(limit)
            : console.holdResults(Duration.ofSeconds(seconds), limit);
    PrintWriter out = spec.commandLine().getOut();
    if (outcome.isApplied()) {
      out.println(release ? "results go on" : "results wait, for " + seconds + " s at most");
    } else {
      out.println(
          outcome.summary()
              + "; see bin/caudal health. "
              + (release
                  ? "A hold ends by itself, and when the job takes this in"
                  : "Not held: do not rely on it for a stop"));
    }
    out.flush();
    return outcome.isApplied() ? 0 : 1;
  }
}
