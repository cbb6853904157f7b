package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.cli.Commands;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that look into a running job. */
class InsightTest {
  private static final String SECRET = "planted-hunter2";

  @SuppressWarnings("NullAway.Init")
  private static RunningJob job;

  @SuppressWarnings("NullAway.Init")
  private static Path folder;

  @BeforeAll
  static void start(@TempDir Path temporary) throws Exception {
    folder = temporary;
    job = RunningJob.start(folder, Map.of("kafka.client.ssl.key.password", SECRET));
    new Load(job, 2).send("warm", 2, 20, 8).await();
  }

  @AfterAll
  static void stop() {
    job.close();
  }

  @Test
  void a_profile_is_a_trace_of_steps_and_state() throws Exception {
    Path trace = folder.resolve("trace.json");
    CompletableFuture<Commands> profile =
        CompletableFuture.supplyAsync(
            () -> job.command("profile", "--seconds", "4", "--out", trace.toString()));
    job.topics().await("caudal.control.acks", 2, value -> true);
    new Load(job, 2).send("p", 6, 300, 20).await();
    Commands done = profile.join();

    assertThat(done.code()).as(done.err()).isZero();
    assertThat(done.out()).containsPattern("step +\\d+").contains("ui.perfetto.dev");
    JsonNode events = new ObjectMapper().readTree(trace.toFile()).path("traceEvents");
    assertThat(events.findValuesAsText("name"))
        .contains("step", "forward", "prefill", "decode", "export", "store", "loop 0", "subtask 0");
    // Both subtasks tell of the engine that they share: in no order of theirs.
    List<JsonNode> steps = new ArrayList<>();
    events.forEach(steps::add);
    steps.removeIf(event -> !event.path("name").asText().equals("step"));
    steps.sort(Comparator.comparingLong(event -> event.path("ts").asLong()));
    Map<Long, Long> ends = new HashMap<>();
    for (JsonNode step : steps) {
      long thread = step.path("pid").asLong() * 1_000 + step.path("tid").asLong();
      assertThat(step.path("ts").asLong()).isGreaterThanOrEqualTo(ends.getOrDefault(thread, 0L));
      ends.put(thread, step.path("ts").asLong() + step.path("dur").asLong());
    }
    assertThat(job.command("config", "get", "profile.duration").out())
        .containsPattern("profile.duration +0ms");
  }

  @Test
  void a_flight_recording_is_made_on_request() throws Exception {
    long before = System.currentTimeMillis();
    Commands done =
        job.command(
            "profile",
            "--seconds",
            "1",
            "--jfr",
            "--out",
            folder.resolve("jfr.json").toString(),
            "--rest",
            job.restAddress());
    assertThat(done.code()).as(done.err()).isZero();
    assertThat(done.out()).contains("no recording was found by Flink's REST interface");
    Path file = recordingSince(before);
    await().atMost(Duration.ofMinutes(1)).until(() -> Files.size(file) > 0); // written at its end
    try (RecordingFile recording = new RecordingFile(file)) {
      assertThat(recording.hasMoreEvents()).isTrue();
    }
    Files.delete(file);
  }

  /** This process writes no log file, so it lies in the temporary folder. */
  private static Path recordingSince(long millis) throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir", "."));
    try (Stream<Path> files = Files.list(temporary)) {
      return files
          .filter(
              file ->
                  file.getFileName()
                      .toString()
                      .matches("caudal-\\d+-" + ProcessHandle.current().pid() + "\\.jfr"))
          .filter(file -> started(file) >= millis)
          .findFirst()
          .orElseThrow();
    }
  }

  private static long started(Path recording) {
    return Long.parseLong(recording.getFileName().toString().split("-", -1)[1]);
  }

  @Test
  void a_diagnosis_has_all_and_no_secret() throws Exception {
    Path file = folder.resolve("d.zip");
    Commands diagnose =
        job.command(
            "diagnose",
            "--out",
            file.toString(),
            "--rest",
            job.restAddress(),
            "-D",
            "kafka.client.ssl.key.password=" + SECRET);
    assertThat(diagnose.code()).as(diagnose.err()).isZero();
    Map<String, String> texts = new HashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        byte[] bytes = zip.getInputStream(entry).readAllBytes();
        texts.put(entry.getName(), new String(bytes, StandardCharsets.UTF_8));
      }
    }
    assertThat(texts)
        .containsKeys(
            "versions.txt",
            "config.txt",
            "health.txt",
            "stats.json",
            "report.txt",
            "changes.txt",
            "flink/jobmanager-config.json",
            "flink/job-config.json");
    assertThat(texts.get("config.txt")).contains("metrics.interval=500ms");
    assertThat(texts.values()).noneMatch(text -> text.contains(SECRET));
  }

  @Test
  void top_shows_the_job_follows_the_size_and_quits() throws Exception {
    try (Pty pty =
        Pty.start(
            folder,
            30,
            100,
            "top",
            "--every",
            "1",
            "--bootstrap",
            job.kafka().bootstrapServers(),
            "--rest",
            job.restAddress())) {
      pty.await("TASKMANAGER", 0);
      pty.await("requests/s", 0);
      String first = pty.output();
      assertThat(first).startsWith("\u001b[?1049h");
      new Load(job, 2).send("t", 4, 10, 30).await();
      pty.await("largest session tokens", 0);

      int before = pty.output().length();
      pty.resize(5, 40);
      pty.await("\u001b[2J", before);
      pty.type("q");
      assertThat(pty.exitCode()).isZero();
      assertThat(pty.output()).endsWith("\u001b[?7h\u001b[?25h\u001b[?1049l");
    }
  }

  @Test
  void top_refuses_without_a_terminal() {
    Commands top = job.command("top");
    assertThat(top.code()).isEqualTo(1);
    assertThat(top.err()).contains("top needs a terminal", "stats");
  }
}
