package io.caudal.cli.top;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.analytics.Fleet;
import io.caudal.analytics.Reports;
import io.caudal.analytics.health.Broker;
import io.caudal.analytics.health.Surroundings;
import io.caudal.cli.top.Screen.Line;
import io.caudal.protocol.MetricsRecord;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TopViewTest {
  private static final long NOW = 1_000_000;
  private static final Map<String, Double> GAUGES =
      Map.of(
          "kv_device_tokens", 250.0,
          "kv_device_room_tokens", 1_000.0,
          "heap_max_bytes", 100.0,
          "heap_used_bytes", 50.0,
          "disk_free_bytes", 50.0,
          "disk_total_bytes", 100.0);

  @Test
  void rates_and_tiers_are_shown() {
    List<Line> lines =
        view(
            Reports.of(0, NOW - 1_000, Map.of("requests", 10L), GAUGES),
            Reports.of(0, NOW, Map.of("requests", 14L), GAUGES),
            Reports.of(1, NOW, Map.of(), GAUGES));

    assertThat(text(lines)).contains("2 subtasks, 2 reporting").contains("requests/s");
    assertThat(text(lines)).containsPattern("tm-1 .*███·········  25 %.* 50 %");
  }

  @Test
  void what_is_wrong_is_an_alert_with_its_cure_worst_in_red() {
    List<Line> lines =
        view(
            Reports.of(0, NOW, Map.of("error_timeout", 3L), GAUGES),
            Reports.of(1, NOW - 60_000, Map.of(), GAUGES));

    assertThat(lines.get(0).style()).startsWith(Screen.REVERSE);
    assertThat(line(lines, "degraded  subtasks: no report of subtask 1").style())
        .isEqualTo(Screen.YELLOW);
    assertThat(line(lines, "degraded  requests: timeout 3").style()).isEqualTo(Screen.YELLOW);
    assertThat(text(lines)).contains("   -> give Flink's address with --rest");

    List<Line> dead = view();
    assertThat(line(dead, "unhealthy  subtasks: none has ever reported").style())
        .isEqualTo(Screen.RED);
    assertThat(dead.get(0).style()).isEqualTo(Screen.REVERSE + Screen.RED);
  }

  @Test
  void what_a_report_finds_is_an_alert_too() {
    MetricsRecord before = Reports.of(0, NOW - 1_000, Map.of(), emitted(0));
    MetricsRecord after = Reports.of(0, NOW, Map.of(), emitted(900));

    List<Line> lines = view(before, after, Reports.of(1, NOW, Map.of(), GAUGES));

    assertThat(line(lines, "backpressured-sink: ").style()).isEqualTo(Screen.YELLOW);
    assertThat(text(lines)).contains("kafka.client.compression.type");
  }

  private static Map<String, Double> emitted(double millis) {
    return Map.of("task_emit_ms", millis, "disk_free_bytes", 50.0, "disk_total_bytes", 100.0);
  }

  private static List<Line> view(MetricsRecord... records) {
    Broker broker = new Broker("k:9092", 1, List.of(), "");
    Fleet fleet = Fleet.of(List.of(records));
    return TopView.of(new Surroundings(broker, fleet, "http://x", false, null, NOW), new History());
  }

  private static Line line(List<Line> lines, String beginning) {
    return lines.stream()
        .filter(line -> line.text().startsWith(beginning))
        .findFirst()
        .orElseThrow(() -> new AssertionError(beginning + " is not in\n" + text(lines)));
  }

  private static String text(List<Line> lines) {
    return String.join("\n", lines.stream().map(Line::text).toList());
  }
}
