package io.caudal.cli;

import io.caudal.analytics.Fleet;
import io.caudal.analytics.JobView;
import io.caudal.analytics.report.Report;
import io.caudal.analytics.report.ReportJson;
import io.caudal.analytics.report.ReportText;
import io.caudal.cli.console.Console;
import io.caudal.config.JobSettings;
import java.io.PrintWriter;
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
    out.print(json ? ReportJson.of(report, now) + "\n" : ReportText.of(report));
    out.flush();
    return 0;
  }
}
