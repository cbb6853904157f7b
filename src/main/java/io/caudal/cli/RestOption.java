package io.caudal.cli;

import io.caudal.cli.console.JobRest;
import io.caudal.cli.local.RunFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where Flink's JobManager is. */
final class RestOption {
  private static final Pattern PORT = Pattern.compile("(?m)^rest\\.port:\\s*['\"]?(\\d+)");

  @Option(
      names = "--rest",
      paramLabel = "URL",
      description = {
        "Flink's JobManager (default: that of `local` or `cluster`",
        "in CAUDAL_HOME, else http://127.0.0.1:8081)."
      })
  private @Nullable String address;

  @Mixin private ClusterFolder cluster;

  JobRest rest() {
    String chosen = address;
    if (chosen == null) {
      String port =
          Stream.concat(home(), Stream.of(cluster.path()))
              .flatMap(folder -> localPort(folder).stream())
              .findFirst()
              .orElse("8081");
      chosen = "http://127.0.0.1:" + port;
    }
    return new JobRest(chosen.contains("://") ? chosen : "http://" + chosen);
  }

  private static Stream<Path> home() {
    String home = System.getenv(RunFolder.HOME_VARIABLE);
    return home == null || home.isBlank() ? Stream.of() : Stream.of(Path.of(home));
  }

  /** The port that a local run has written down. */
  static Optional<String> localPort(Path folder) {
    try {
      Matcher matcher =
          PORT.matcher(
              Files.readString(folder.resolve("conf/config.yaml"), StandardCharsets.UTF_8));
      return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
