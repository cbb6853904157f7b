package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.analytics.Reports;
import io.caudal.config.JobSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.MetricsRecord.LatencySummary;
import io.caudal.stream.io.Observation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The job's view of itself, second by second on a manual clock. */
class ObserverTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, Double> WELL =
      Map.of("heap_max_bytes", 100.0, "disk_free_bytes", 50.0, "disk_total_bytes", 100.0);
  private static final Map<String, Double> FULL =
      Map.of(
          "heap_max_bytes",
          100.0,
          "disk_free_bytes",
          50.0,
          "disk_total_bytes",
          100.0,
          "aside",
          16_384.0);

  private final OneInputStreamOperatorTestHarness<MetricsRecord, Observation> harness;
  private final List<JsonNode> told = new ArrayList<>();
  private long now = 1_000_000;
  private long checkpoint;

  ObserverTest() throws Exception {
    Settings settings =
        Settings.of(Map.of("metrics.interval", "1s", "metrics.report-interval", "20s"));
    harness =
        new OneInputStreamOperatorTestHarness<>(new Observer(JobSettings.from(settings), 500));
  }

  @BeforeEach
  void open() throws Exception {
    harness.setProcessingTime(now);
    harness.open();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void health_is_told_once_all_have_reported_and_then_when_it_changes() throws Exception {
    second(Reports.of(0, now, Map.of(), WELL));
    assertThat(told).as("one of two has reported").isEmpty();

    second(report(0, WELL), report(1, WELL));
    assertThat(told).hasSize(1);
    assertThat(last().path("type").asText()).isEqualTo("health");
    assertThat(last().path("status").asText()).isEqualTo("healthy");
    assertThat(last().path("changed")).hasSameSizeAs(last().path("components"));

    seconds(3, WELL);
    assertThat(told).as("nothing has changed").hasSize(1);

    seconds(2, FULL);
    assertThat(told).hasSize(2);
    assertThat(last().path("status").asText()).isEqualTo("unhealthy");
    assertThat(last().path("changed")).hasSize(1);
    assertThat(last().at("/changed/0").asText()).isEqualTo("queue");
    assertThat(last().at("/recommendations/0").asText()).startsWith("queue: ");

    seconds(1, WELL);
    assertThat(told).hasSize(3);
    assertThat(last().path("status").asText()).isEqualTo("healthy");
  }

  @Test
  void a_subtask_that_falls_silent() throws Exception {
    seconds(2, WELL);
    for (int i = 0; i < 10; i++) {
      second(report(0, WELL));
    }
    assertThat(last().at("/changed/0").asText()).isEqualTo("subtasks");
    assertThat(finding("subtasks")).startsWith("no report of subtask 1");

    for (int i = 0; i < 120; i++) {
      second();
    }
    assertThat(last().path("status").asText()).isEqualTo("unhealthy");
    assertThat(finding("subtasks")).startsWith("no report of subtask 0, 1 since");
    assertThat(finding("queue")).startsWith("not known; last heard: ");
    assertThat(status("engine tm-1")).isEqualTo("degraded");
  }

  @Test
  void subtasks_that_never_report_are_missed_after_minutes() throws Exception {
    for (int i = 0; i < 299; i++) {
      second();
    }
    assertThat(told).isEmpty();
    second();
    assertThat(last().path("status").asText()).isEqualTo("unhealthy");
    assertThat(finding("subtasks")).isEqualTo("none has ever reported");
  }

  @Test
  void a_late_report_makes_no_old_failure_new() throws Exception {
    Map<String, Long> failures = Map.of("error_timeout", 12L, "results_ok", 400L);
    for (int i = 0; i < 100; i++) {
      second(Reports.of(0, now, failures, WELL), Reports.of(1, now, failures, WELL));
    }
    assertThat(status("requests")).as("all are older than a minute").isEqualTo("healthy");
    for (int i = 0; i < 4; i++) {
      second(Reports.of(0, now, failures, WELL));
    }
    assertThat(status("requests")).isEqualTo("healthy");
    assertThat(finding("requests")).contains("none of the last 0");
  }

  @Test
  void checkpoints_that_do_not_complete() throws Exception {
    seconds(29, WELL);
    assertThat(finding("checkpoints")).startsWith("none since the start");
    assertThat(last().path("status").asText()).isEqualTo("healthy");
    seconds(2, WELL);
    assertThat(last().at("/changed/0").asText()).isEqualTo("checkpoints");
    assertThat(last().path("status").asText()).isEqualTo("degraded");

    harness.notifyOfCompletedCheckpoint(7);
    seconds(1, WELL);
    assertThat(last().path("status").asText()).isEqualTo("healthy");
    assertThat(finding("checkpoints")).startsWith("the newest was ").endsWith(" ago");
  }

  @Test
  void reports_come_each_interval_with_what_was_in_it() throws Exception {
    checkpoint = 1;
    for (int i = 1; i <= 41; i++) {
      Map<String, Long> counts = Map.of("requests", 10L * i);
      second(Reports.of(0, now, counts, WELL), Reports.of(1, now, counts, WELL));
    }
    List<JsonNode> reports =
        told.stream().filter(json -> json.path("type").asText().equals("report")).toList();
    assertThat(reports).hasSize(2);
    assertThat(reports.get(1).path("window_ms").asLong()).isEqualTo(20_000);
    assertThat(reports.get(1).at("/figures/requests").asLong()).isEqualTo(400);
    assertThat(reports.get(1).path("at_ms").asLong() - reports.get(0).path("at_ms").asLong())
        .isEqualTo(20_000);
    assertThat(told.stream().filter(json -> json.path("type").asText().equals("health")))
        .as("at the start, and with each report")
        .hasSize(3);
  }

  @Test
  void a_look_that_comes_late_is_left_out() throws Exception {
    checkpoint = 1;
    seconds(2, WELL);
    now += 60_000;
    harness.setProcessingTime(now); // what came meanwhile is read after the timer
    seconds(3, WELL);
    assertThat(told).extracting(json -> json.path("type").asText()).contains("report");
    assertThat(told.stream().filter(json -> json.path("type").asText().equals("health")))
        .extracting(json -> json.path("status").asText())
        .containsOnly("healthy");
  }

  @Test
  void what_cannot_be_folded_ends_nothing_and_what_could_be_said_is_said() throws Exception {
    checkpoint = 1;
    seconds(1, WELL);
    Map<String, LatencySummary> damaged =
        Map.of("ttft_ms", new LatencySummary(1, 1, 1, 1, 1, "no sketch"));
    for (int i = 0; i < 20; i++) {
      second(Reports.of(0, now, Map.of(), WELL, damaged), report(1, WELL));
    }
    assertThat(told).extracting(json -> json.path("type").asText()).containsOnly("health");
    assertThat(told).as("at the start, and when a report was due").hasSize(2);

    seconds(2, FULL);
    assertThat(last().path("status").asText()).isEqualTo("unhealthy");
    seconds(40, WELL);
    assertThat(last().path("status").asText()).isEqualTo("healthy");
    assertThat(told).extracting(json -> json.path("type").asText()).contains("report");
  }

  private void seconds(int count, Map<String, Double> gauges) throws Exception {
    for (int i = 0; i < count; i++) {
      second(report(0, gauges), report(1, gauges));
    }
  }

  private MetricsRecord report(int subtask, Map<String, Double> gauges) {
    return Reports.of(subtask, now, Map.of(), gauges);
  }

  /** These reports come, then a second passes. */
  private void second(MetricsRecord... reports) throws Exception {
    for (MetricsRecord report : reports) {
      harness.processElement(new StreamRecord<>(report));
    }
    if (checkpoint > 0) {
      harness.notifyOfCompletedCheckpoint(checkpoint++);
    }
    now += 1_000;
    harness.setProcessingTime(now);
    told.clear();
    for (Observation observation : harness.extractOutputValues()) {
      JsonNode json = JSON.readTree(observation.json());
      assertThat(json.path("type").asText()).isEqualTo(observation.type());
      told.add(json);
    }
  }

  /** The newest health. */
  private JsonNode last() {
    return told.stream()
        .filter(json -> json.path("type").asText().equals("health"))
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  private String finding(String component) {
    return component(component).path("finding").asText();
  }

  private String status(String component) {
    return component(component).path("status").asText();
  }

  private JsonNode component(String component) {
    for (JsonNode one : last().path("components")) {
      if (one.path("component").asText().equals(component)) {
        return one;
      }
    }
    throw new AssertionError("no " + component + " in " + last());
  }
}
