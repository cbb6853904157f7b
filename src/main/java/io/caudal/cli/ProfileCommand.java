package io.caudal.cli;

import io.caudal.analytics.Fleet;
import io.caudal.analytics.Text;
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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
    List<MetricsRecord> records = records(start);
    Profile profile = Profile.of(records, start);
    change.run(Map.of(), KEYS, new PrintWriter(new StringWriter()));
    ChromeTrace.write(profile, out);
    screen.print(ProfileTable.of(profile));
    screen.println(profile.size() + " spans in " + out + "; open it at https://ui.perfetto.dev");
    List<Integer> late = late(Fleet.of(records), start + 1_000L * seconds);
    if (!late.isEmpty()) {
      screen.println(
          "what subtask "
              + Text.list(late)
              + " did is not, or not all, among them: no report came within "
              + LATE_MILLIS / 1_000
              + " s after the end; see metrics.interval");
    } else if (profile.isEmpty()) {
      screen.println("nothing was done in that time");
    }
    if (jfr) {
      fetch(screen, start);
    }
    screen.flush();
    return profile.isEmpty() && !late.isEmpty() ? 1 : 0;
  }

  /** Subtasks that have not reported since. */
  private static List<Integer> late(Fleet fleet, long end) {
    Set<Integer> reported =
        fleet.members().stream()
            .filter(member -> member.newest().windowEndMillis() >= end)
            .map(member -> member.newest().subtask())
            .collect(Collectors.toSet());
    return IntStream.range(0, Math.max(1, fleet.subtasks()))
        .filter(subtask -> !reported.contains(subtask))
        .boxed()
        .toList();
  }

  /** Waits until every subtask has reported what came until the end. */
  private List<MetricsRecord> records(long start) throws InterruptedException {
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
      all = late(Fleet.of(records), end).isEmpty();
    }
    return records;
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
