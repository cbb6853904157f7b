package io.caudal.cli;

import io.caudal.analytics.Fleet;
import io.caudal.cli.console.Console;
import io.caudal.cli.console.FlinkFiles;
import io.caudal.cli.profile.ChromeTrace;
import io.caudal.cli.profile.Profile;
import io.caudal.cli.profile.ProfileTable;
import io.caudal.protocol.MetricsRecord;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal profile}: what a running job's threads do when. */
@Command(
    name = "profile",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Has subtasks and step loops write down what they do for some seconds: a trace for",
      "ui.perfetto.dev or chrome://tracing, and a table of stages."
    })
final class ProfileCommand implements Callable<Integer> {
  private static final Set<String> KEYS = Set.of("profile.duration", "profile.jfr");
  private static final long LATE_MILLIS = 30_000;
  private static final long LOOK_MILLIS = 500;

  @Spec private CommandSpec spec;
  @Mixin private ChangeRun change;
  @Mixin private RestOption rest;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "How long (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "caudal-trace.json",
      description = "Where the trace goes (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--jfr",
      description = "Record by Java Flight Recorder too, and fetch the files beside the trace.")
  private boolean jfr;

  @Override
  public Integer call() throws InterruptedException {
    Ranges.check(spec, "--seconds", seconds, 1, 600);
    PrintWriter screen = spec.commandLine().getOut();
    StringWriter acknowledged = new StringWriter();
    long start = System.currentTimeMillis();
    Map<String, String> on =
        Map.of("profile.duration", seconds + "s", "profile.jfr", Boolean.toString(jfr));
    if (change.run(on, Set.of(), new PrintWriter(acknowledged)) != 0) {
      screen.print(acknowledged);
      screen.flush();
      return 1;
    }
    Profile profile = profile(start);
    change.run(Map.of(), KEYS, new PrintWriter(new StringWriter()));
    ChromeTrace.write(profile, out);
    screen.print(ProfileTable.of(profile));
    screen.println(profile.size() + " spans in " + out + "; open it at https://ui.perfetto.dev");
    if (profile.isEmpty()) {
      screen.println("nothing was done in that time");
    }
    if (jfr) {
      fetch(screen, start);
    }
    screen.flush();
    return 0;
  }

  /** Waits until every subtask has reported what came until the end. */
  private Profile profile(long start) throws InterruptedException {
    Console console = change.console();
    long end = System.currentTimeMillis() + 1_000L * seconds;
    CountDownLatch never = new CountDownLatch(1);
    List<MetricsRecord> records = List.of();
    boolean all = false;
    while (!all && System.currentTimeMillis() < end + LATE_MILLIS) {
      long wait = Math.max(LOOK_MILLIS, end - System.currentTimeMillis());
      if (never.await(wait, TimeUnit.MILLISECONDS)) {
        break;
      }
      records = console.records(start);
      Fleet fleet = Fleet.of(records);
      all =
          !fleet.members().isEmpty()
              && fleet.members().size() == fleet.subtasks()
              && fleet.members().stream().allMatch(m -> m.newest().windowEndMillis() >= end);
    }
    return Profile.of(records, start);
  }

  private void fetch(PrintWriter screen, long start) throws InterruptedException {
    FlinkFiles files = new FlinkFiles(rest.rest());
    Path folder = out.toAbsolutePath().getParent();
    List<Path> fetched = files.recordings(start, folder == null ? Path.of(".") : folder);
    if (fetched.isEmpty()) {
      screen.println(
          "no recording was found by Flink's REST interface: look for caudal-*.jfr beside the"
              + " TaskManagers' logs, or in their temporary folder");
    }
    fetched.forEach(file -> screen.println("recording in " + file + "; open it with jmc or jfr"));
  }
}
