package io.caudal.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.analytics.Stats;
import io.caudal.analytics.StatsJson;
import io.caudal.analytics.StatsText;
import io.caudal.analytics.health.Surroundings;
import io.caudal.analytics.report.Report;
import io.caudal.analytics.report.ReportJson;
import io.caudal.analytics.report.ReportText;
import io.caudal.cli.console.ChangeLog;
import io.caudal.cli.console.Console;
import io.caudal.cli.console.FlinkFiles;
import io.caudal.cli.console.JobRest;
import io.caudal.cli.diagnose.Archive;
import io.caudal.cli.diagnose.SecretMask;
import io.caudal.config.JobSettings;
import io.caudal.error.CaudalException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal diagnose}: everything about a running job in one file, without secrets. */
@Command(
    name = "diagnose",
    mixinStandardHelpOptions = true,
    description = {
      "Writes settings, statistics, health, report, changes, Flink's view, logs and versions",
      "into one zip file for a bug report. Secrets are masked; requests' texts are not in it."
    })
final class DiagnoseCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long WINDOW_MILLIS = 3_600_000;
  private static final long RECENT_MILLIS = 60_000;

  @Spec private CommandSpec spec;
  @Mixin private KafkaOptions broker;
  @Mixin private RestOption rest;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "caudal-diagnosis.zip",
      description = "Where it goes (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Override
  public Integer call() {
    Archive archive = new Archive(new SecretMask(broker.all().given()));
    archive.add("versions.txt", versions());
    JobRest jobManager = rest.rest();
    Console console = new Console(broker.settings());
    Surroundings all =
        Survey.ask(broker.settings(), jobManager, JobSettings.from(broker.all()).name());
    archive.add("health.txt", HealthText.of(all));
    part(archive, "stats", () -> stats(archive, all));
    part(archive, "report", () -> report(archive, console, all));
    part(archive, "config.txt", () -> archive.add("config.txt", settings(all)));
    part(
        archive,
        "changes.txt",
        () -> archive.add("changes.txt", ChangeLog.table(console.history())));
    FlinkFiles flink = new FlinkFiles(jobManager);
    flink
        .answers(all.job() == null ? "" : all.job().id())
        .forEach((name, answer) -> archive.add("flink/" + name, pretty(answer)));
    flink.logs().forEach((name, log) -> archive.add("logs/" + name, log));
    archive.write(out);
    PrintWriter screen = spec.commandLine().getOut();
    archive.names().forEach(name -> screen.println("  " + name));
    screen.println("in " + out + "; look through it before you send it");
    screen.flush();
    return 0;
  }

  /** What can't be had must not keep the rest away. */
  private static void part(Archive archive, String name, Runnable work) {
    try {
      work.run();
    } catch (CaudalException e) {
      archive.failed(name, e);
    }
  }

  private static void stats(Archive archive, Surroundings all) {
    Stats stats = new Stats(all.fleet(), RECENT_MILLIS);
    archive.add("stats.txt", StatsText.of(stats, all.job(), all.nowMillis()));
    archive.add("stats.json", StatsJson.of(stats, all.job(), all.nowMillis()).toPrettyString());
  }

  private static void report(Archive archive, Console console, Surroundings all) {
    long now = all.nowMillis();
    Report report = Report.of(console.fleetSince(now - WINDOW_MILLIS), WINDOW_MILLIS, all.job());
    archive.add("report.txt", ReportText.of(report));
    archive.add("report.json", ReportJson.of(report, now).toPrettyString());
  }

  /** A line for each name and value, as the mask likes it. */
  private static String pretty(byte[] json) {
    try {
      return JSON.readTree(json).toPrettyString();
    } catch (IOException e) {
      return new String(json, StandardCharsets.UTF_8);
    }
  }

  /** What differs from the defaults, of each subtask. */
  private static String settings(Surroundings all) {
    StringBuilder text = new StringBuilder();
    all.fleet()
        .members()
        .forEach(
            member -> {
              text.append("subtask ").append(member.newest().subtask());
              text.append(", version ").append(member.newest().about().configVersion());
              text.append(", ").append(member.newest().about().taskManager()).append('\n');
              new TreeMap<>(member.newest().about().settings())
                  .forEach(
                      (k, v) -> text.append("  ").append(k).append('=').append(v).append('\n'));
            });
    return text.toString();
  }

  private static String versions() {
    StringBuilder text = new StringBuilder(new Version().getVersion()[0] + "\n");
    for (Map.Entry<String, String> one :
        Map.of(
                "java", "java.runtime.version",
                "vm", "java.vm.name",
                "os", "os.name",
                "os version", "os.version",
                "architecture", "os.arch")
            .entrySet()) {
      text.append(one.getKey()).append(' ').append(System.getProperty(one.getValue(), ""));
      text.append('\n');
    }
    text.append("cores ").append(Runtime.getRuntime().availableProcessors()).append('\n');
    return text.toString();
  }
}
