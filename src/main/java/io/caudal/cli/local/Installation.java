package io.caudal.cli.local;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where this build's jars and Flink configuration are.
 *
 * @param target the folder that the build fills: {@code caudal-*.jar}, {@code lib/}
 */
public record Installation(Path target) {

  /** The installation that this class was loaded from: its jar's folder, or the build's. */
  public static Installation locate() {
    try {
      Path here =
          Path.of(Installation.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path target = here.toAbsolutePath().getParent();
      return new Installation(target == null ? here : target);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * @throws CaudalException {@code CLUSTER_FAILED} if something that the build makes isn't there
   */
  public void check() {
    for (Path needed : List.of(jobJar(), engineJar(), cliJar(), childJar(), lib(), flinkConf())) {
      if (!Files.exists(needed)) {
        throw new CaudalException(
            ErrorCode.CLUSTER_FAILED,
            needed + " is missing; build it with: mvn -B -DskipTests package");
      }
    }
  }

  public Path jobJar() {
    return target.resolve("caudal-job.jar");
  }

  /** {@code flink-conf/}, beside the folder of the jars. */
  Path flinkConf() {
    return target.resolveSibling("flink-conf");
  }

  /** Class path of the broker. */
  List<Path> brokerClassPath() {
    return List.of(cliJar());
  }

  /**
   * Class path of a Flink process: as in a Flink distribution with our engine in its {@code lib/}.
   * The connector and Kafka's client are left out: the job jar brings its own.
   */
  List<Path> flinkClassPath() {
    try (Stream<Path> jars = Files.list(lib())) {
      List<Path> libraries =
          jars.filter(
                  jar -> {
                    String name = jar.getFileName().toString();
                    return !name.startsWith("kafka") && !name.startsWith("flink-connector-");
                  })
              .sorted()
              .toList();
      return Stream.concat(Stream.of(childJar(), engineJar()), libraries.stream()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path engineJar() {
    return target.resolve("caudal-engine.jar");
  }

  private Path cliJar() {
    return target.resolve("caudal-cli.jar");
  }

  private Path childJar() {
    return target.resolve("caudal-child.jar");
  }

  private Path lib() {
    return target.resolve("lib");
  }
}
