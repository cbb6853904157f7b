package io.caudal.cli;

import io.caudal.cli.local.ClusterJob;
import io.caudal.cli.local.RunningCluster;
import io.caudal.cli.local.SubmittedJob;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal cluster submit}. */
@Command(
    name = "submit",
    mixinStandardHelpOptions = true,
    description = {
      "Submits the job and waits until it runs. It goes on from the newest savepoint or",
      "checkpoint in the cluster's folder, if there is one."
    })
final class ClusterSubmitCommand implements Callable<Integer> {
  private static final String BOOTSTRAP = "kafka.bootstrap-servers";

  @Spec private CommandSpec spec;
  @Mixin private ClusterFolder folder;
  @Mixin private SettingOptions settings;

  @Option(
      names = {"--bootstrap-servers", "--bootstrap"},
      paramLabel = "HOST:PORT",
      description = "Kafka brokers (default: the cluster's own, else 127.0.0.1:9092).")
  private @Nullable String bootstrapServers;

  @Option(
      names = "--parallelism",
      description = "Subtasks (default: the task slots of a TaskManager).")
  private @Nullable Integer parallelism;

  @Option(
      names = "--from-savepoint",
      paramLabel = "PATH",
      description = "Go on from this savepoint or checkpoint.")
  private @Nullable String from;

  @Option(
      names = "--fresh",
      description = {
        "Go on from nothing: no sessions, and input from the group's committed offsets, else",
        "from the topics' start."
      })
  private boolean fresh;

  @Override
  public Integer call() {
    if (parallelism != null) {
      Ranges.check(spec, "--parallelism", parallelism, 1, 128);
    }
    RunningCluster cluster = folder.open();
    ClusterJob job = cluster.job();
    PrintWriter out = spec.commandLine().getOut();
    String start = from;
    if (start == null && !fresh) {
      start = job.newestSnapshot().map(Path::toString).orElse(null);
    }
    if (start != null) {
      out.println("from         " + start);
      out.flush();
    }
    Map<String, String> all = new TreeMap<>(settings.settings(Map.of()));
    String brokers =
        bootstrapServers == null ? cluster.bootstrapServers().orElse(null) : bootstrapServers;
    if (brokers != null) {
      all.put(BOOTSTRAP, brokers);
    }
    SubmittedJob submitted = job.submit(all, parallelism, start);
    out.println("job          " + submitted.id() + ", parallelism " + submitted.parallelism());
    out.flush();
    return 0;
  }
}
