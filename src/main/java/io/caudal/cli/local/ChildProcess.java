package io.caudal.cli.local;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Java process of ours: started through {@link ChildMain}, so that it ends when we do; its output
 * goes to {@code log/NAME.out} in the run folder.
 */
final class ChildProcess {
  /** What Flink reflects on; as in the build's {@code add-opens}. */
  private static final List<String> OPENED =
      List.of(
          "java.lang",
          "java.net",
          "java.io",
          "java.nio",
          "sun.nio.ch",
          "java.lang.reflect",
          "java.text",
          "java.time",
          "java.util",
          "java.util.concurrent",
          "java.util.concurrent.atomic",
          "java.util.concurrent.locks");

  private static final Duration POLL = Duration.ofMillis(50);

  private final String name;
  private final Process process;
  private final List<Path> logs;

  private ChildProcess(String name, Process process, List<Path> logs) {
    this.name = name;
    this.process = process;
    this.logs = logs;
  }

  /**
   * @param name names the process in messages and its log files
   * @throws CaudalException {@code CLUSTER_FAILED} if the operating system refuses
   */
  static ChildProcess start(
      String name,
      RunFolder folder,
      List<String> jvmFlags,
      List<Path> classPath,
      String mainClass,
      List<String> arguments,
      Map<String, String> environment) {
    Path log = folder.resolve("log/" + name + ".log");
    Path out = folder.resolve("log/" + name + ".out");
    List<String> command = new ArrayList<>(ownSession());
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmFlags);
    OPENED.forEach(p -> command.add("--add-opens=java.base/" + p + "=ALL-UNNAMED"));
    if (Runtime.version().feature() >= 22) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.add("-Dlog.file=" + log);
    command.add("-Dlog4j2.configurationFile=" + folder.resolve("conf/log4j2.properties").toUri());
    command.add("-Djava.io.tmpdir=" + folder.resolve("tmp"));
    command.add("-cp");
    command.add(
        classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
    command.add("io.caudal.cli.local.ChildMain");
    command.add(Long.toString(ProcessHandle.current().pid()));
    command.add(folder.keepFile().toString());
    command.add(mainClass);
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.path().toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    // One thread per step loop, and no spinning: it collapses when another process needs the core.
    builder.environment().putIfAbsent("OMP_NUM_THREADS", "1");
    builder.environment().putIfAbsent("OMP_WAIT_POLICY", "PASSIVE");
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      return new ChildProcess(name, process, List.of(log, out));
    } catch (IOException e) {
      throw new CaudalException(
          ErrorCode.CLUSTER_FAILED, "cannot start " + name + ": " + e.getMessage(), e);
    }
  }

  /** Keeps a terminal's Ctrl-C and hang-up away from the child: we end it, in our order. */
  private static List<String> ownSession() {
    return Stream.of("/usr/bin/setsid", "/bin/setsid")
        .filter(path -> Files.isExecutable(Path.of(path)))
        .findFirst()
        .map(List::of)
        .orElse(List.of());
  }

  String name() {
    return name;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Waits until {@code ready}.
   *
   * @throws CaudalException {@code CLUSTER_FAILED} with the log's end if the process ends first or
   *     {@code limit} passes
   */
  void await(String what, Duration limit, BooleanSupplier ready) {
    long deadline = System.nanoTime() + limit.toNanos();
    try {
      while (!ready.getAsBoolean()) {
        if (process.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
          throw failed(name + " ended with code " + process.exitValue() + " before " + what);
        }
        if (System.nanoTime() > deadline) {
          throw failed(name + ": " + what + " took longer than " + limit.toSeconds() + " s");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CaudalException(ErrorCode.CLUSTER_FAILED, "interrupted while waiting for " + what);
    }
  }

  CaudalException failed(String message) {
    return new CaudalException(ErrorCode.CLUSTER_FAILED, message + LogTail.of(logs));
  }

  /** SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** SIGKILL; returns when the process is gone. */
  void kill() {
    process.destroyForcibly();
    awaitEnd(Duration.ofSeconds(10));
  }

  /** Waits for the end; SIGKILL if it takes longer than {@code grace}. */
  void end(Duration grace) {
    if (!awaitEnd(grace)) {
      kill();
    }
  }

  private boolean awaitEnd(Duration limit) {
    boolean interrupted = false;
    try {
      return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
      return false;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
