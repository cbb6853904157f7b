package io.caudal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.protocol.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/caudal local} as a process of its own, ended by the signal that servers get. */
@Timeout(300)
class LocalCommandIT {
  private static final Pattern BROKERS = Pattern.compile("--bootstrap (\\S+)\\s+Ctrl-C ends it");

  private final Path folder;

  LocalCommandIT(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void sigterm_leaves_a_savepoint_and_exit_code_0_and_the_next_start_goes_on() throws Exception {
    Process first = start("first.out");
    try {
      assertThat(ask("first.out", first, "l-1", "My name is Lucia.").turn()).isEqualTo(1);
      end(first);
    } finally {
      first.destroyForcibly();
    }
    assertThat(savepoints()).isEqualTo(1);

    Process second = start("second.out");
    try {
      Result answer = ask("second.out", second, "l-2", "What is my name?");
      assertThat(answer.turn()).isEqualTo(2);
      assertThat(answer.text()).contains("Lucia");
      end(second);
    } finally {
      second.destroyForcibly();
    }
    assertThat(savepoints()).isEqualTo(2);
  }

  private Process start(String output) throws IOException {
    ProcessBuilder local =
        new ProcessBuilder(
            "bin/caudal", "local", "--port", "0", "--ui-port", "0", "-D", "model.dtype=fp32");
    local.environment().put("CAUDAL_HOME", folder.resolve("home").toString());
    local.redirectErrorStream(true).redirectOutput(folder.resolve(output).toFile());
    return local.start();
  }

  private Result ask(String output, Process local, String id, String text) throws Exception {
    return Asking.ask(brokers(output, local), id, "ana", text);
  }

  private String brokers(String output, Process local) throws Exception {
    while (true) {
      String said = Files.readString(folder.resolve(output));
      Matcher matcher = BROKERS.matcher(said);
      if (matcher.find()) {
        return matcher.group(1);
      }
      assertThat(local.waitFor(100, TimeUnit.MILLISECONDS)).as(said).isFalse();
    }
  }

  /** SIGTERM. */
  private static void end(Process local) throws InterruptedException {
    local.destroy();
    assertThat(local.waitFor(90, TimeUnit.SECONDS)).isTrue();
    assertThat(local.exitValue()).isZero();
  }

  private long savepoints() throws IOException {
    try (var files = Files.walk(folder.resolve("home"))) {
      return files.filter(file -> file.getFileName().toString().startsWith("savepoint-")).count();
    }
  }
}
