package io.caudal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.protocol.Result;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The life of a cluster by its commands. */
@Timeout(600)
class ClusterCommandIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  private String out = "";
  private String err = "";
  private final Path home;

  ClusterCommandIT(@TempDir Path temp) {
    this.home = temp.resolve("cluster");
  }

  @Test
  void a_session_outlives_kill_rescale_and_a_new_cluster() throws IOException {
    fails("status", "no cluster runs in " + home);
    try {
      start();
      fails("savepoint", "no job was submitted");
      succeeds("submit", "-D", "model.dtype=fp32");
      assertThat(ask("a-1", "My name is Lucia.").turn()).isEqualTo(1);
      JsonNode status = status();
      assertThat(status.at("/job/state").asText()).isEqualTo("RUNNING");
      assertThat(status.at("/job/parallelism").asInt()).isEqualTo(2);
      assertThat(status.path("taskmanagers")).hasSize(2);
      long taskManager = status.at("/taskmanagers/0/pid").asLong();
      assertThat(Files.readString(Path.of("/proc/" + taskManager + "/cmdline")))
          .as("env.java.opts of flink-conf/config.yaml")
          .contains("-XX:+AlwaysPreTouch");
      looksInto();
      fails("submit", "runs already");
      fails("rescale --parallelism 9", "needs as many task slots and the cluster has 4");

      succeeds("kill-taskmanager");
      assertThat(ask("a-2", "I am a baker.").turn()).isEqualTo(2);
      succeeds("add-taskmanager");
      assertThat(status().at("/taskmanagers/1/name").asText()).isEqualTo("tm-3");
      fails("kill-taskmanager --index 9", "no tm-9 runs");

      succeeds("savepoint");
      assertThat(Path.of(URI.create(out.strip()))).isDirectory();
      succeeds("rescale", "--parallelism", "1");
      Result third = ask("a-3", "What is my name?");
      assertThat(third.turn()).isEqualTo(3);
      assertThat(third.text()).contains("Lucia");

      List<Long> pids = pids();
      succeeds("stop", "--drain");
      assertThat(out).contains("savepoint");
      assertThat(pids).noneMatch(pid -> ProcessHandle.of(pid).isPresent());

      start();
      succeeds("submit", "-D", "model.dtype=fp32");
      Result fourth = ask("a-4", "What is my name?");
      assertThat(fourth.turn()).isEqualTo(4);
      assertThat(fourth.text()).contains("Lucia");
    } finally {
      run("stop", "--now", "--delete");
    }
    assertThat(home).doesNotExist();
  }

  /** Recordings and logs come by Flink's REST interface, from processes of their own. */
  private void looksInto() throws IOException {
    String[] where = {
      "--bootstrap",
      status().at("/broker/bootstrap_servers").asText(),
      "--rest",
      status().at("/ui").asText()
    };
    Path trace = home.resolveSibling("trace.json");
    assertThat(plain(where, "profile", "--seconds", "2", "--jfr", "--out", trace.toString()))
        .as("%s%s", out, err)
        .isZero();
    assertThat(out).contains("recording in ");
    try (Stream<Path> files = Files.list(home.getParent())) {
      List<Path> recordings = files.filter(file -> file.toString().endsWith(".jfr")).toList();
      assertThat(recordings).isNotEmpty(); // of each process with a subtask
      for (Path file : recordings) {
        try (RecordingFile recording = new RecordingFile(file)) {
          assertThat(recording.hasMoreEvents()).isTrue();
        }
      }
    }

    Path archive = home.resolveSibling("d.zip");
    assertThat(plain(where, "diagnose", "--out", archive.toString())).as("%s", err).isZero();
    try (ZipFile zip = new ZipFile(archive.toFile())) {
      List<? extends ZipEntry> logs =
          zip.stream().filter(entry -> entry.getName().startsWith("logs/")).toList();
      assertThat(logs).hasSizeGreaterThanOrEqualTo(3); // a JobManager and two TaskManagers
      for (ZipEntry log : logs) {
        assertThat(log.getSize()).as(log.getName()).isPositive();
      }
    }
  }

  private int plain(String[] where, String... args) {
    return execute(Stream.concat(Stream.of(args), Stream.of(where)).toList());
  }

  private void start() {
    succeeds("start", "--taskmanagers", "2", "--broker", "--port", "0", "--ui-port", "0");
  }

  private JsonNode status() throws IOException {
    run("status", "--json");
    return JSON.readTree(out);
  }

  private List<Long> pids() throws IOException {
    return status().findValues("pid").stream().map(JsonNode::asLong).toList();
  }

  private Result ask(String id, String text) throws IOException {
    return Asking.ask(status().at("/broker/bootstrap_servers").asText(), id, "ana", text);
  }

  private void succeeds(String... args) {
    assertThat(run(args)).as("%s: %s %s", List.of(args), out, err).isZero();
  }

  private void fails(String args, String message) {
    assertThat(run(args.split(" "))).isEqualTo(1);
    assertThat(err).contains(message);
  }

  private int run(String... args) {
    List<String> all = new ArrayList<>(List.of("cluster"));
    all.addAll(List.of(args));
    all.addAll(List.of("--dir", home.toString()));
    return execute(all);
  }

  private int execute(List<String> args) {
    Commands run = Commands.run(args.toArray(String[]::new));
    out = run.out();
    err = run.err();
    return run.code();
  }
}
