package io.caudal.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caudal.metrics.LatencySketch;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.MetricsRecord.About;
import io.caudal.protocol.MetricsRecord.Device;
import io.caudal.protocol.MetricsRecord.LatencySummary;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WindowFiguresTest {
  private static final Map<String, String> SETTINGS = Map.of("engine.max-batch", "8");

  @Test
  void counters_grow_shared_gauges_count_once_and_latencies_are_merged() {
    Window window =
        WindowFigures.of(
                List.of(
                    record(0, 5_000, 10, 100, 1_000, SETTINGS),
                    record(1, 5_100, 20, 100, 1_000, SETTINGS),
                    record(0, 15_000, 40, 300, 200, SETTINGS),
                    record(1, 15_100, 60, 300, 400, SETTINGS)))
            .orElseThrow();

    assertThat(window.millis()).isEqualTo(10_000);
    assertThat(window.text("engine.max-batch")).isEqualTo("8");
    assertThat(window.get("requests")).isEqualTo(70);
    // Both subtasks tell of the same engine.
    assertThat(window.get("batch")).isEqualTo(1);
    assertThat(window.get("in_engine")).isEqualTo(7);
    assertThat(window.get("at_hand")).isEqualTo(6);
    // What came before the window doesn't count.
    assertThat(window.get("ttft_ms")).isCloseTo(600, within(12.0));
    assertThat(window.get("ttft_p95")).isBetween(190.0, 410.0);
    assertThat(window.get("restore_p95")).isZero();
    assertThat(window.get("state_hits")).isZero();
  }

  @Test
  void there_is_no_window_before_all_have_reported_twice_or_while_they_differ() {
    MetricsRecord first = record(0, 5_000, 1, 1, 1, SETTINGS);
    MetricsRecord last = record(0, 9_000, 2, 2, 2, SETTINGS);
    MetricsRecord other = record(1, 5_000, 1, 1, 1, SETTINGS);
    assertThat(WindowFigures.of(List.of())).isEmpty();
    assertThat(WindowFigures.of(List.of(first, last))).isEmpty();
    assertThat(WindowFigures.of(List.of(first, last, other))).isEmpty();

    MetricsRecord changed = record(1, 9_500, 2, 2, 2, Map.of("engine.max-batch", "9"));
    assertThat(WindowFigures.of(List.of(first, last, other, changed))).isEmpty();
  }

  private static MetricsRecord record(
      int subtask,
      long endMillis,
      long requests,
      double steps,
      double ttft,
      Map<String, String> settings) {
    LatencySketch sketch = new LatencySketch();
    sketch.record(ttft);
    return new MetricsRecord(
        subtask,
        1,
        endMillis - 1_000,
        endMillis,
        Map.of("requests", requests),
        Map.of(
            "engine_steps", steps,
            "engine_sequences", steps,
            "engine_unfinished", 7.0,
            "engine_loops", 2.0,
            "at_hand", 3.0),
        Map.of("ttft_ms", new LatencySummary(1, ttft, ttft, ttft, ttft, sketch.encode())),
        new About(2, "tm-1", "demo", Device.UNKNOWN, "rocksdb", 1, settings));
  }
}
