package io.caudal.cli;

import io.caudal.analytics.Fleet;
import io.caudal.analytics.JobView;
import io.caudal.analytics.Stats;
import io.caudal.analytics.StatsJson;
import io.caudal.analytics.StatsText;
import io.caudal.analytics.Text;
import io.caudal.cli.console.Console;
import io.caudal.cli.console.JobRest;
import io.caudal.config.JobSettings;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal stats}: figures of a running job. */
@Command(
    name = "stats",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Shows what a running job does: hits by tier, sessions, queue, rates, errors,",
      "latencies over all subtasks. Exit code 1 if no subtask reports."
    })
final class StatsCommand implements Callable<Integer> {
  private static final String CLEAR = "\u001b[H\u001b[2J";

  @Spec private CommandSpec spec;
  @Mixin private KafkaOptions broker;
  @Mixin private RestOption rest;

  @Option(
      names = "--over",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "Rates and latencies of the last so many (default: ${DEFAULT-VALUE}).")
  private int over;

  @Option(names = "--watch", description = "Show them again and again, until Ctrl-C.")
  private boolean watch;

  @Option(
      names = "--every",
      paramLabel = "SECONDS",
      defaultValue = "5",
      description = "Time between, with --watch (default: ${DEFAULT-VALUE}).")
  private int every;

  @Option(names = "--json", description = "Print one JSON object, with --watch one a line.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Ranges.check(spec, "--over", over, 1, 3_600);
    Ranges.check(spec, "--every", every, 1, 3_600);
    JobRest jobManager = rest.rest();
    Console console = new Console(broker.settings());
    String name = JobSettings.from(broker.all()).name();
    CountDownLatch never = new CountDownLatch(1);
    int code = show(console, jobManager, name);
    while (watch && !never.await(every, TimeUnit.SECONDS)) {
      code = show(console, jobManager, name);
    }
    return code;
  }

  private int show(Console console, JobRest jobManager, String name) {
    Fleet fleet = console.fleetOver(1_000L * over);
    Stats stats = new Stats(fleet, 1_000L * over);
    @Nullable JobView job = jobManager.job(name).orElse(null);
    long now = System.currentTimeMillis();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(StatsJson.of(stats, job, now));
    } else {
      if (watch) {
        out.println(CLEAR + Text.time(now));
      }
      out.print(StatsText.of(stats, job, now));
    }
    out.flush();
    return fleet.isAlive(now) ? 0 : 1;
  }
}
