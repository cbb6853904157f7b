package io.caudal.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.cli.bench.EngineChild;
import io.caudal.cli.bench.Slo;
import io.caudal.cli.bench.StreamBench;
import io.caudal.cli.bench.StreamReport;
import io.caudal.cli.local.Installation;
import io.caudal.cli.local.LocalCaudal;
import io.caudal.cli.local.LocalOptions;
import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
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
import picocli.CommandLine.Spec;

/** {@code caudal bench stream}: conversations through Kafka and Flink, and what they took. */
@Command(
    name = "stream",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Puts a load of conversations on a Caudal, through Kafka and Flink, and measures",
      "what a client on this machine sees. Requests start when a schedule says,",
      "whatever became of earlier ones, and latencies count from there.",
      "Exit code 0 if every request was answered, once."
    })
final class BenchStreamCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private LoadOptions load;
  @Mixin private SettingOptions settings;

  @Option(
      names = {"--bootstrap-servers", "--bootstrap"},
      paramLabel = "HOST:PORT",
      description = {
        "A Caudal that runs; --model says which model it",
        "has, to count tokens. Without it, starts one as",
        "`local` does and ends it."
      })
  private @Nullable String bootstrapServers;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      defaultValue = "2",
      description = "Subtasks of the job that is started (default: ${DEFAULT-VALUE}).")
  private int parallelism;

  @Option(
      names = "--compare-engine",
      description = {
        "Put the same load on the engine alone, before and",
        "after, and say what Kafka, Flink and state add:",
        "tokens/s with --rate 0, TTFT at a low rate."
      })
  private boolean compare;

  @Option(
      names = "--engine-only",
      description = "Put the load on the engine alone, in this process, without Kafka and Flink.")
  private boolean engineOnly;

  @Option(
      names = "--slo-ttft-ms",
      paramLabel = "MS",
      defaultValue = "1000",
      description = "Good answers have their first text by then (default: ${DEFAULT-VALUE}).")
  private double sloTtftMs;

  @Option(
      names = "--slo-itl-ms",
      paramLabel = "MS",
      defaultValue = "100",
      description = "And at most this between tokens, on average (default: ${DEFAULT-VALUE}).")
  private double sloItlMs;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "Give up if nothing comes for so long (default: ${DEFAULT-VALUE}).")
  private int patience;

  @Option(names = "--json", description = "Print one JSON object instead of tables.")
  private boolean json;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "caudal-bench",
      description = "Folder for stream.md, stream.json, stream.svg (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(names = EngineChild.OPTION, hidden = true)
  private boolean engineChild;

  @Override
  public Integer call() {
    Ranges.check(spec, "--parallelism", parallelism, 1, 128);
    Ranges.check(spec, "--patience", patience, 1, 86_400);
    Map<String, String> all = settings.settings(Map.of());
    Progress progress = new Progress(spec.commandLine().getErr());
    StreamBench bench =
        new StreamBench(
            load.load(spec),
            new Slo(sloTtftMs, sloItlMs),
            Settings.of(all),
            Duration.ofSeconds(patience),
            progress);
    if (engineChild) {
      return print(bench.engineAlone());
    }
    if (engineOnly) {
      return finish(bench.engineAlone());
    }
    List<ObjectNode> alone = new ArrayList<>();
    if (compare) {
      alone.add(EngineChild.measure(arguments()));
    }
    StreamReport report = stream(bench, all, progress);
    if (compare) {
      alone.add(EngineChild.measure(arguments()));
      report = report.against(alone);
    }
    return finish(report);
  }

  private StreamReport stream(StreamBench bench, Map<String, String> all, Progress progress) {
    if (bootstrapServers != null) {
      Map<String, String> there = new TreeMap<>(all);
      there.put("kafka.bootstrap-servers", bootstrapServers);
      return bench.stream(KafkaSettings.from(Settings.of(there)));
    }
    LocalOptions options = new LocalOptions(0, 0, 1, parallelism, all);
    try (LocalCaudal caudal = LocalCaudal.start(Installation.locate(), options, progress)) {
      return bench.stream(caudal.kafka());
    }
  }

  private List<String> arguments() {
    return spec.root().commandLine().getParseResult().originalArgs();
  }

  private int finish(StreamReport report) {
    Path chart = report.write(out);
    PrintWriter err = spec.commandLine().getErr();
    err.println("written to " + out + ", chart: " + chart);
    if (!report.isComplete()) {
      err.println("not every request was answered once; " + report.firstFailure());
    }
    err.flush();
    return print(report);
  }

  private int print(StreamReport report) {
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(json || engineChild ? report.json() + "\n" : report.markdown());
    stdout.flush();
    return report.isComplete() ? 0 : 1;
  }
}
