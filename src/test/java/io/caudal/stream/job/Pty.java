package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A command line in a process of its own behind a pseudo-terminal, made by util-linux's script. */
final class Pty implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final Process process;
  private final Path terminal;
  private final StringBuilder output = new StringBuilder();

  private Pty(Process process, Path terminal) {
    this.process = process;
    this.terminal = terminal;
    Thread reader = new Thread(this::read, "pty");
    reader.setDaemon(true);
    reader.start();
  }

  static Pty start(Path folder, int rows, int columns, String... arguments) throws IOException {
    Path terminal = folder.resolve("tty");
    String command =
        String.format(
            "tty > %s; stty rows %d cols %d; exec %s",
            terminal, rows, columns, String.join(" ", java(arguments)));
    ProcessBuilder builder = new ProcessBuilder("script", "-qefc", command, "/dev/null");
    builder.environment().put("TERM", "xterm");
    builder.redirectErrorStream(true);
    return new Pty(builder.start(), terminal);
  }

  /** The same command as it is started without one. */
  static List<String> java(String... arguments) {
    return List.of(
        System.getProperty("java.home") + "/bin/java",
        "-Xmx200m",
        "-XX:TieredStopAtLevel=1",
        "-Dlog4j2.configurationFile=log4j2-cli.properties",
        "-cp",
        System.getProperty("java.class.path"),
        "io.caudal.cli.Main",
        String.join(" ", arguments));
  }

  private void read() {
    byte[] buffer = new byte[8192];
    try (InputStream in = process.getInputStream()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        synchronized (output) {
          output.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
        }
      }
    } catch (IOException e) {
      // The process has ended.
    }
  }

  /** All that was written to the terminal so far. */
  String output() {
    synchronized (output) {
      return output.toString();
    }
  }

  /** Waits until this has been written after the first {@code from} characters. */
  void await(String text, int from) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (output().indexOf(text, from) < 0) {
      assertThat(System.nanoTime()).as("'%s' in %s", text, output()).isLessThan(end);
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  void type(String keys) throws IOException {
    process.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  void resize(int rows, int columns) throws Exception {
    String name = Files.readString(terminal).strip();
    Process stty =
        new ProcessBuilder("stty", "-F", name, "rows", "" + rows, "cols", "" + columns).start();
    assertThat(stty.waitFor()).isZero();
  }

  int exitCode() throws InterruptedException {
    assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
