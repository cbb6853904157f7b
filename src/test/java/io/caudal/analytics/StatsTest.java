package io.caudal.analytics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.caudal.metrics.Latency;
import io.caudal.metrics.LatencySketch;
import io.caudal.protocol.MetricsRecord.Device;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class StatsTest {
  private static final long NOW = 10_500;

  private final Stats stats =
      new Stats(
          Fleet.of(
              List.of(
                  Reports.of(0, 8_000, Map.of("requests", 4L, "completion_tokens", 40L)),
                  Reports.of(
                      0,
                      9_000,
                      Map.of("requests", 6L, "completion_tokens", 60L),
                      Map.of(),
                      Map.of("ttft_ms", Reports.latency(10, 20, 30))),
                  Reports.of(
                      0,
                      10_000,
                      Map.of(
                          "requests", 10L,
                          "completion_tokens", 100L,
                          "prompt_tokens", 300L,
                          "cached_tokens", 200L,
                          "device_hit_tokens", 150L,
                          "state_hit_tokens", 50L,
                          "stored_bytes", 50L,
                          "stored_raw_bytes", 100L,
                          "restores", 7L,
                          "error_timeout", 2L),
                      Map.of(
                          "at_hand", 3.0,
                          "kv_device_tokens", 64.0,
                          "kv_device_bytes", 2048.0,
                          "kv_state_bytes", 1000.0,
                          "sessions", 4.0)),
                  Reports.of(
                      1,
                      10_000,
                      Map.of("requests", 2L, "prompt_tokens", 100L, "error_timeout", 1L),
                      Map.of(
                          "at_hand", 1.0,
                          "kv_device_tokens", 64.0,
                          "kv_device_bytes", 2048.0,
                          "kv_state_bytes", 500.0,
                          "sessions", 2.0),
                      Map.of("ttft_ms", Reports.latency(1_000))))),
          2_000);

  @Test
  void rates_are_of_the_windows_and_totals_of_all() {
    assertThat(stats.spanMillis()).isEqualTo(2_000);
    assertThat(stats.perSecond("requests")).isCloseTo(3 + 2, within(1e-9));
    assertThat(stats.perSecond("completion_tokens")).isCloseTo(30, within(1e-9));
    assertThat(stats.hitRate()).isEqualTo(0.5);
    assertThat(stats.errors()).containsOnly(Map.entry("timeout", 3L));
  }

  @Test
  void latencies_are_merged_over_subtasks_not_averaged() {
    LatencySketch ttft = Objects.requireNonNull(stats.latencies().get(Latency.TTFT_MS));

    assertThat(ttft.count()).isEqualTo(4);
    assertThat(ttft.quantile(0.5)).isCloseTo(20, within(0.5));
    assertThat(ttft.max()).isCloseTo(1_000, within(20.0));
  }

  @Test
  void what_subtasks_of_a_task_manager_share_counts_once() {
    assertThat(stats.shared("kv_device_tokens")).isEqualTo(64);
  }

  @Test
  void what_each_subtask_has_of_its_own_is_added_up() {
    JsonNode json = StatsJson.of(stats, null, NOW);
    assertThat(json.path("kv_bytes").path("device").asInt()).isEqualTo(2048);
    assertThat(json.path("kv_bytes").path("state").asInt()).isEqualTo(1500);
    assertThat(json.path("kv_bytes").path("host_limit").asLong()).isPositive();
    assertThat(json.path("sessions").path("remembered").asInt()).isEqualTo(6);
    assertThat(json.path("state").path("compression_ratio").asDouble()).isEqualTo(2);
    assertThat(json.path("task_managers").path(0).has("kv_state_bytes")).isFalse();
  }

  @Test
  void engines_of_a_task_manager_are_told_apart_and_added_up() {
    Map<String, Double> gauges =
        Map.of(
            "kv_device_tokens", 64.0,
            "heap_max_bytes", 100.0,
            "device_utilization_percent", 37.0,
            "device_memory_bytes", 1024.0,
            "device_memory_total_bytes", 4096.0);
    Fleet fleet =
        Fleet.of(
            List.of(
                Reports.on(new Device("cuda:0", ""), 0, NOW, gauges),
                Reports.on(new Device("cuda:1", "why"), 1, NOW, gauges)));
    Stats two = new Stats(fleet, 2_000);

    assertThat(two.shared("kv_device_tokens")).isEqualTo(128);
    assertThat(two.shared("heap_max_bytes")).isEqualTo(100);
    JsonNode manager = StatsJson.of(two, null, NOW).path("task_managers").path(0);
    assertThat(manager.path("kv_device_tokens").asInt()).isEqualTo(128);
    assertThat(manager.has("device_utilization_percent")).isFalse();
    assertThat(manager.path("engines").path(0).path("device_utilization_percent").asInt())
        .isEqualTo(37);
    assertThat(manager.path("heap_max_bytes").asInt()).isEqualTo(100);
    assertThat(manager.path("engines")).hasSize(2);
    assertThat(manager.path("engines").path(1).path("device").asText()).isEqualTo("cuda:1");
    assertThat(manager.path("engines").path(1).path("missing").asText()).isEqualTo("why");
    assertThat(manager.path("engines").path(1).path("kv_device_tokens").asInt()).isEqualTo(64);
    assertThat(StatsText.of(two, null, NOW))
        .contains(
            "tm-1 cuda:0",
            "tm-1 cuda:1",
            "demo on cuda:1, ",
            "GPU memory 1.0 kB of 4.0 kB, busy 37 %");
  }

  @Test
  void as_json() {
    JsonNode json = StatsJson.of(stats, Reports.job("RUNNING", NOW - 200), NOW);

    assertThat(json.path("subtasks").asInt()).isEqualTo(2);
    assertThat(json.path("reporting").asInt()).isEqualTo(2);
    assertThat(json.path("tokens").path("hit_device").asInt()).isEqualTo(150);
    assertThat(json.path("tokens").path("missed").asInt()).isEqualTo(200);
    assertThat(json.path("queue").path("at_hand").asInt()).isEqualTo(4);
    assertThat(json.path("latencies_ms").path("ttft_ms").path("count").asInt()).isEqualTo(4);
    assertThat(json.path("task_managers")).hasSize(1);
    assertThat(json.path("checkpoints").path("age_ms").asInt()).isEqualTo(200);
    assertThat(StatsJson.of(stats, null, NOW).has("checkpoints")).isFalse();
  }

  @Test
  void as_text() {
    assertThat(StatsText.of(stats, Reports.job("RUNNING", NOW - 200), NOW))
        .contains("5.00 requests/s, 30.0 tokens/s generated")
        .contains("timeout 3")
        .contains("restored 7 times")
        .contains("50 B stored, compression ratio 2.0;")
        .contains("6 remembered")
        .contains("2.0 kB of 0 B on the device", "1.5 kB in state")
        .contains("400; hit 50.0 %: 150 on the device, 0 in host memory, 50 from state")
        .contains("200 ms ago, 2.0 kB")
        .containsPattern("ttft +4 ");
    assertThat(StatsText.of(new Stats(Fleet.of(List.of()), 1_000), null, NOW))
        .contains("no subtask has ever reported");
  }
}
