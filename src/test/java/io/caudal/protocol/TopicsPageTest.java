package io.caudal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.analytics.Fleet;
import io.caudal.analytics.JobView;
import io.caudal.analytics.Reports;
import io.caudal.analytics.health.Health;
import io.caudal.analytics.health.HealthJson;
import io.caudal.analytics.health.JobRun;
import io.caudal.analytics.report.Report;
import io.caudal.analytics.report.ReportJson;
import io.caudal.error.ErrorCode;
import io.caudal.metrics.Counter;
import io.caudal.metrics.Latency;
import io.caudal.protocol.MetricsRecord.LatencySummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page for clients names everything that is on the wire. */
class TopicsPageTest {
  private static final Path PAGE = Path.of("src/docs/topics.md");
  private static final Path GOLDEN = Path.of("src/test/resources/golden/wire");
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void the_page_names_every_field() throws IOException {
    Set<String> names = new TreeSet<>(RequestFields.WIRE);
    try (Stream<Path> files = Files.list(GOLDEN)) {
      for (Path file : files.toList()) {
        collect(JSON.readTree(Files.readAllBytes(file)), names);
      }
    }
    for (byte[] record : recordsWithoutGoldenFile()) {
      collect(JSON.readTree(record), names);
    }
    assertThat(unnamed(names)).isEmpty();
  }

  @Test
  void the_page_names_every_field_of_health_and_reports() throws IOException {
    MetricsRecord record = Reports.of(0, 60_000, Map.of("idle_new_prompt_tokens", 3L));
    Fleet fleet = Fleet.of(List.of(record));
    JobView job = Reports.job("RUNNING", 0);
    Health health = Health.of(new JobRun(0, 0, job.checkpoints()), fleet, 60_000);
    ObjectNode report = ReportJson.of(Report.of(fleet, 60_000, job), 60_000);
    report.remove(List.of("figures", "tops")); // by name, as metrics
    Set<String> names = new TreeSet<>();
    collect(HealthJson.of(health, 60_000), names);
    collect(report, names);
    assertThat(names).contains("status", "finding", "window_ms", "stage", "cached_tokens");
    assertThat(unnamed(names)).isEmpty();
  }

  @Test
  void the_page_names_every_counter_and_latency() throws IOException {
    Set<String> names = new TreeSet<>();
    Arrays.stream(Counter.values()).map(Counter::label).forEach(names::add);
    Arrays.stream(Latency.values()).map(Latency::label).forEach(names::add);
    assertThat(unnamed(names)).isEmpty();
  }

  @Test
  void the_page_says_of_every_error_code_what_the_code_says() throws IOException {
    String page = Files.readString(PAGE);
    for (ErrorCode code : ErrorCode.values()) {
      String kind = code.kind().name().toLowerCase(Locale.ROOT);
      String retryable = code.retryable() ? "yes" : "no";
      assertThat(page).contains("| `" + code.code() + "` | " + kind + " | " + retryable + " | ");
    }
  }

  private static List<byte[]> recordsWithoutGoldenFile() {
    LatencySummary latency = new LatencySummary(1, 1, 1, 1, 1, "");
    return List.of(
        MetricsJson.write(
            new MetricsRecord(
                0,
                1,
                0,
                1,
                Map.of(),
                Map.of("engine_unfinished", 1.0),
                Map.of("ttft_ms", latency),
                new MetricsRecord.About(
                    1,
                    "tm",
                    "demo",
                    new MetricsRecord.Device("cuda:0", "why"),
                    "rocksdb",
                    1,
                    Map.of()))),
        ControlChangeJson.write(new ControlChange("c", Map.of(), List.of("k"), "me")),
        ControlChangeJson.write(
            ControlChange.of(
                "c",
                new ControlAction(ControlAction.Kind.CLEAR_CACHE, "t", "p", 1L, CacheTier.HOST, 1),
                null)),
        SessionChunkJson.write(
            new SessionChunk(
                "e",
                0,
                1,
                new SessionOrigin("s", "t", 1, 1, 1, 0, 1, 16, "m", 1, 1),
                SessionChunk.Kind.KV,
                0,
                0,
                new byte[1])),
        ControlAckJson.write(
            new ControlAck(
                "c",
                0,
                1,
                1,
                Map.of(),
                Map.of(),
                List.of(),
                new ControlReport(
                    Removed.NONE,
                    List.of(
                        new SessionInfo(
                            "s", "t", 1, 1, 1, 1, "host", true, 1, 1, 1, true, List.of("0"))),
                    0,
                    true))));
  }

  private static void collect(JsonNode node, Set<String> names) {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      names.add(field.getKey());
      collect(field.getValue(), names);
    }
    if (node.isArray()) {
      node.forEach(element -> collect(element, names));
    }
  }

  /** Names that the page doesn't have in backticks, alone or at the end of a path. */
  private static List<String> unnamed(Set<String> names) throws IOException {
    String page = Files.readString(PAGE);
    return names.stream()
        .filter(name -> !page.contains("`" + name + "`") && !page.contains("." + name + "`"))
        .toList();
  }
}
