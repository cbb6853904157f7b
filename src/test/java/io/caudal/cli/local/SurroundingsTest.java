package io.caudal.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caudal.error.CaudalException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ports, memory and jars: what a run needs of the machine. */
class SurroundingsTest {
  private final Path temp;

  SurroundingsTest(@TempDir Path temp) {
    this.temp = temp;
  }

  @Test
  void a_port_in_use_names_the_option() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = socket.getLocalPort();
      assertThatThrownBy(() -> Ports.choose(port, "--port"))
          .isInstanceOf(CaudalException.class)
          .hasMessageContaining("port " + port)
          .hasMessageContaining("--port");
      assertThat(Ports.isOpen(port)).isTrue();
    }
  }

  @Test
  void any_free_port_can_be_had() {
    assertThat(Ports.choose(0, "")).isPositive();
  }

  @Test
  void available_memory_is_read_in_megabytes() throws IOException {
    Path meminfo =
        Files.writeString(temp.resolve("m"), "MemTotal: 9 kB\nMemAvailable:   2048000 kB\n");
    assertThat(MachineMemory.available(meminfo)).hasValue(2000);
    assertThat(MachineMemory.available(temp.resolve("none"))).isEmpty();
  }

  @Test
  void too_little_memory_is_refused() {
    assertThatThrownBy(() -> MachineMemory.require(1L << 40, "This"))
        .isInstanceOf(CaudalException.class)
        .hasMessageContaining("--taskmanagers");
  }

  @Test
  void a_missing_jar_names_the_build() {
    assertThatThrownBy(() -> new Installation(temp).check())
        .isInstanceOf(CaudalException.class)
        .hasMessageContaining("caudal-job.jar is missing")
        .hasMessageContaining("mvn");
  }

  @Test
  void of_a_log_with_errors_the_first_ones_are_shown() throws IOException {
    Path log =
        Files.writeString(
            temp.resolve("log"),
            "INFO Starting\nERROR Could not bind\n\tat a.B.c(B.java:1)\n\t... 3 more\n");
    assertThat(LogTail.of(List.of(log, temp.resolve("none"))))
        .isEqualTo("\n  ERROR Could not bind");
  }

  @Test
  void of_a_log_without_errors_the_last_lines_are_shown() throws IOException {
    Path log = Files.writeString(temp.resolve("log"), "1\n2\n3\n4\n5\n6\n7\nWARNING: old\n");
    assertThat(LogTail.of(List.of(log))).isEqualTo("\n  2\n  3\n  4\n  5\n  6\n  7");
  }
}
