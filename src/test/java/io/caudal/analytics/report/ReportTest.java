package io.caudal.analytics.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.caudal.analytics.Fleet;
import io.caudal.analytics.Reports;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.MetricsRecord.Top;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final long END = 60_000;

  @Test
  void time_by_stage_adds_up_over_requests_and_subtasks() {
    List<MetricsRecord> records = new ArrayList<>();
    for (int subtask = 0; subtask < 2; subtask++) {
      records.add(Reports.of(subtask, END - 1_000, Map.of(), emitting(100)));
      records.add(
          Reports.of(
              subtask,
              END,
              Map.of(),
              emitting(150),
              Map.of(
                  "queue_ms", Reports.latency(10, 30),
                  "prefill_ms", Reports.latency(100),
                  "decode_ms", Reports.latency(400, 200))));
    }
    JsonNode report = json(records);

    assertThat(stage(report, "queue").path("ms").asDouble()).isCloseTo(80, within(2.0));
    assertThat(stage(report, "queue").path("count").asLong()).isEqualTo(4);
    assertThat(stage(report, "queue").path("p95_ms").asDouble()).isCloseTo(30, within(0.5));
    assertThat(stage(report, "prefill").path("ms").asDouble()).isCloseTo(200, within(3.0));
    assertThat(stage(report, "decode").path("ms").asDouble()).isCloseTo(1_200, within(15.0));
    assertThat(stage(report, "sink").path("ms").asDouble()).isEqualTo(100);
    assertThat(stage(report, "sink").has("p95_ms")).isFalse();
    assertThat(stage(report, "decode").path("share").asDouble())
        .isCloseTo(1_200 / 1_580.0, within(0.01));
    double shares = 0;
    for (JsonNode one : report.path("stages")) {
      shares += one.path("share").asDouble();
    }
    assertThat(shares).isCloseTo(1, within(1e-9));
  }

  @Test
  void hits_by_how_long_sessions_had_been_idle() {
    Map<String, Long> counters =
        Map.of(
            "idle_new_prompt_tokens", 40L,
            "idle_under_1h_prompt_tokens", 200L,
            "idle_under_1h_cached_tokens", 150L);
    Report report = report(List.of(Reports.of(0, END, counters), Reports.of(1, END, counters)));
    JsonNode hits = ReportJson.of(report, END).path("hits_by_idle");

    assertThat(hits).hasSize(2);
    assertThat(hits.path(0).path("prompt_tokens").asLong()).isEqualTo(80);
    assertThat(hits.path(0).path("cached_tokens").asLong()).isZero();
    assertThat(hits.path(1).path("prompt_tokens").asLong()).isEqualTo(400);
    assertThat(hits.path(1).path("cached_tokens").asLong()).isEqualTo(300);
    assertThat(ReportText.of(report)).containsPattern("400 +75.0 %");
  }

  @Test
  void the_largest_are_merged_over_subtasks() {
    Report report =
        report(
            List.of(
                Reports.withTops(
                    0,
                    END,
                    Map.of(
                        "tenant_tokens",
                        List.of(new Top("acme", 100, 0), new Top("other", 70, 0)))),
                Reports.withTops(
                    1, END, Map.of("tenant_tokens", List.of(new Top("other", 60, 5))))));
    JsonNode tops = ReportJson.of(report, END).at("/tops/tenant_tokens");

    assertThat(tops.path(0).path("key").asText()).isEqualTo("other");
    assertThat(tops.path(0).path("amount").asLong()).isEqualTo(130);
    assertThat(tops.path(0).path("error").asLong()).isEqualTo(5);
    assertThat(tops.path(1).path("key").asText()).isEqualTo("acme");
    assertThat(ReportText.of(report))
        .contains("largest tenant tokens", "130 (at most 5 too many)")
        .doesNotContain("largest session");
  }

  private static Map<String, Double> emitting(double millis) {
    return Map.of("task_emit_ms", millis);
  }

  private static JsonNode stage(JsonNode report, String name) {
    for (JsonNode one : report.path("stages")) {
      if (one.path("stage").asText().equals(name)) {
        return one;
      }
    }
    throw new AssertionError("no stage " + name);
  }

  private static JsonNode json(List<MetricsRecord> records) {
    return ReportJson.of(report(records), END);
  }

  private static Report report(List<MetricsRecord> records) {
    return Report.of(Fleet.of(records), END, null);
  }
}
