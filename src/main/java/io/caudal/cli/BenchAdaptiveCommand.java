package io.caudal.cli;

import io.caudal.cli.bench.AdaptiveBench;
import io.caudal.cli.bench.AdaptivePlan;
import io.caudal.cli.bench.AdaptiveReport;
import io.caudal.cli.bench.Slo;
import io.caudal.cli.bench.TrialLoad;
import io.caudal.cli.local.Installation;
import io.caudal.cli.local.LocalCaudal;
import io.caudal.cli.local.LocalOptions;
import io.caudal.config.KafkaSettings;
import io.caudal.config.Preset;
import io.caudal.config.Settings;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code caudal bench adaptive}: the adaptive controller against every preset. */
@Command(
    name = "adaptive",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Plays three loads (bulk, interactive, starved of memory) to one job, under the live",
      "settings of each preset and under the adaptive controller, which starts from the",
      "defaults, and compares. Takes about 15 minutes, and ends by itself.",
      "Exit code 0 if every request that counts was answered."
    })
final class BenchAdaptiveCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SettingOptions settings;

  @Option(
      names = {"--bootstrap-servers", "--bootstrap"},
      paramLabel = "HOST:PORT",
      description = {
        "A Caudal that runs; its settings are changed, and reset",
        "at the end. Without it, starts one as `local` does, with",
        "little room on the device, and ends it."
      })
  private @Nullable String bootstrapServers;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "20",
      description = "Seconds that count, of each load and setting (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--settle",
      paramLabel = "N",
      defaultValue = "10",
      description = "Seconds of the load ahead, under a preset (default: ${DEFAULT-VALUE}).")
  private int settle;

  @Option(
      names = "--learn",
      paramLabel = "N",
      defaultValue = "90",
      description = "And under the controller (default: ${DEFAULT-VALUE}).")
  private int learn;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "1",
      description = "How often all of it is done (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--loads",
      paramLabel = "NAME",
      split = ",",
      description = "Some loads only: bulk, interactive, starved.")
  private List<String> loads = TrialLoad.labels();

  @Option(names = "--presets", paramLabel = "NAME", split = ",", description = "Some presets only.")
  private List<String> presets = Preset.NAMES;

  @Option(
      names = "--ttft-target",
      paramLabel = "MS",
      defaultValue = "500",
      description = "Of p95, and of a good answer (default: ${DEFAULT-VALUE}).")
  private int ttftMs;

  @Option(
      names = "--itl-target",
      paramLabel = "MS",
      defaultValue = "50",
      description = "Likewise, between tokens (default: ${DEFAULT-VALUE}).")
  private int itlMs;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of schedules and texts (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(names = "--json", description = "Print one JSON object instead of tables.")
  private boolean json;

  @Override
  public Integer call() {
    AdaptivePlan plan = plan();
    Map<String, String> all = settings.settings(AdaptivePlan.jobSettings());
    Progress progress = new Progress(spec.commandLine().getErr());
    progress.accept("about " + (plan.totalSeconds() + 90) / 60 + " minutes in all");
    AdaptiveReport report = run(plan, all, progress);
    PrintWriter out = spec.commandLine().getOut();
    out.print(json ? report.json() + "\n" : report.markdown());
    out.flush();
    return report.isComplete() ? 0 : 1;
  }

  private static AdaptiveReport run(
      AdaptivePlan plan, Map<String, String> all, KafkaSettings kafka, Progress progress) {
    return new AdaptiveBench(plan, Settings.of(all), kafka, progress).run();
  }

  private AdaptiveReport run(AdaptivePlan plan, Map<String, String> all, Progress progress) {
    if (bootstrapServers != null) {
      Map<String, String> there = new TreeMap<>(all);
      there.put("kafka.bootstrap-servers", bootstrapServers);
      return run(plan, all, KafkaSettings.from(Settings.of(there)), progress);
    }
    LocalOptions options = new LocalOptions(0, 0, 1, 2, all);
    try (LocalCaudal caudal = LocalCaudal.start(Installation.locate(), options, progress)) {
      return run(plan, all, caudal.kafka(), progress);
    }
  }

  private AdaptivePlan plan() {
    Ranges.check(spec, "--seconds", seconds, 1, 3_600);
    Ranges.check(spec, "--settle", settle, 0, 3_600);
    Ranges.check(spec, "--learn", learn, 0, 3_600);
    Ranges.check(spec, "--rounds", rounds, 1, 100);
    Ranges.check(spec, "--ttft-target", ttftMs, 1, 3_600_000);
    Ranges.check(spec, "--itl-target", itlMs, 1, 3_600_000);
    List<TrialLoad> wanted = new ArrayList<>();
    for (String name : loads) {
      wanted.add(
          TrialLoad.named(name)
              .orElseThrow(
                  () ->
                      new ParameterException(
                          spec.commandLine(),
                          "--loads '"
                              + name
                              + "' is not allowed: "
                              + String.join(", ", TrialLoad.labels()))));
    }
    presets.forEach(Preset::named);
    return new AdaptivePlan(
        wanted, presets, seconds, settle, learn, rounds, seed, new Slo(ttftMs, itlMs));
  }
}
