package io.caudal.cli;

import io.caudal.analytics.Fleet;
import io.caudal.analytics.JobView;
import io.caudal.analytics.Text;
import io.caudal.analytics.report.Report;
import io.caudal.analytics.report.ReportJson;
import io.caudal.analytics.report.ReportText;
import io.caudal.cli.console.Console;
import io.caudal.config.JobSettings;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal report}: where a running job's time goes, and what to do about it. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = {
      "Shows where requests' time went by stage, what holds them up, with evidence, and",
      "what to set to which value. Exit code 1 if no subtask has reported in the window."
    })
final class ReportCommand implements Callable<Integer> {
  private static final long MOST_MILLIS = 7 * 86_400_000L;

  @Spec private CommandSpec spec;
  @Mixin private KafkaOptions broker;
  @Mixin private RestOption rest;

  @Option(
      names = "--window",
      paramLabel = "TIME",
      defaultValue = "1h",
      description = "How far back, such as 90s, 10min, 1h or 1d (default: ${DEFAULT-VALUE}).")
  private String window;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    long millis = Ranges.millis(spec, "--window", window, 1_000, MOST_MILLIS);
    long now = System.currentTimeMillis();
    Fleet fleet = new Console(broker.settings()).fleetSince(now - millis);
    @Nullable JobView job = rest.rest().job(JobSettings.from(broker.all()).name()).orElse(null);
    PrintWriter out = spec.commandLine().getOut();
    if (fleet.members().isEmpty()) {
      out.println("no subtask has reported in the last " + window);
      out.flush();
      return 1;
    }
    Report report = Report.of(fleet, millis, job);
    if (json) {
      out.println(ReportJson.of(report, now));
    } else {
      out.print(caveats(fleet, job, now));
      out.print(ReportText.of(report));
    }
    out.flush();
    return 0;
  }

  /** What makes the report less than it could be. */
  private static String caveats(Fleet fleet, @Nullable JobView job, long now) {
    StringBuilder out = new StringBuilder();
    List<Integer> silent = fleet.silent(now);
    if (!silent.isEmpty()) {
      long age = fleet.members().stream().mapToLong(m -> m.ageMillis(now)).min().orElse(0);
      out.append("no news for a while of subtask ").append(Text.list(silent));
      out.append("; the newest figures are ").append(Text.millis(age)).append(" old\n");
    }
    if (job == null) {
      out.append(
          "checkpoints are not looked at: no JobManager was found that has the job (--rest)\n");
    }
    return out.toString();
  }
}
