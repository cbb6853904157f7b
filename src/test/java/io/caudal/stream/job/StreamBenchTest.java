package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.cli.bench.Arrivals;
import io.caudal.cli.bench.Load;
import io.caudal.cli.bench.Preset;
import io.caudal.cli.bench.Slo;
import io.caudal.cli.bench.StreamBench;
import io.caudal.cli.bench.StreamReport;
import io.caudal.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A small load through a real broker and the whole job. */
@Timeout(300)
class StreamBenchTest {

  @Test
  void a_load_is_answered_once_and_its_time_is_accounted_for(@TempDir Path folder)
      throws Exception {
    StreamReport report;
    try (RunningJob job = RunningJob.start(folder, Map.of())) {
      report = bench().stream(job.kafka());
    }
    assertThat(report.isComplete()).as(report.firstFailure()).isTrue();
    ObjectNode json = report.json();
    assertThat(json.at("/requests/answered").asInt()).isEqualTo(32);
    assertThat(json.at("/requests/doubled").asInt()).isZero();
    assertThat(json.at("/output_tokens").asInt()).isEqualTo(32 * 5);
    assertThat(json.at("/cached_share").asDouble()).isBetween(0.3, 1.0);
    for (String stage : List.of("sent_late", "queue", "restore", "prefill", "way_back")) {
      assertThat(json.at("/stages_ms/" + stage + "/count").asInt()).isEqualTo(32);
    }

    StreamReport compared = report.against(List.of(json, json));
    assertThat(compared.json().at("/engine_alone/tokens_ratio").asDouble())
        .isCloseTo(1, within(0.01));
    Path chart = compared.write(folder.resolve("out"));
    assertThat(Files.readString(chart)).startsWith("<svg ");
    assertThat(folder.resolve("out/stream.md")).content().contains("| TTFT |");
  }

  private static StreamBench bench() {
    return new StreamBench(
        new Load("chat", Preset.CHAT.shape().scaled(0.1), Arrivals.POISSON, 0, 1, 2),
        new Slo(1000, 100),
        Settings.of(Map.of()),
        Duration.ofSeconds(60),
        line -> {});
  }
}
