package io.caudal.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.config.Settings;
import io.caudal.error.CaudalException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EngineTargetTest {
  private static final Shape SHAPE =
      new Shape(2, 3, Spread.of(3), 40, Spread.of(60), Spread.of(10), Spread.of(12), 0, false);

  private final List<String> progress = new ArrayList<>();

  @Test
  void the_engine_alone_answers_a_load_and_keeps_sessions_on_the_device() {
    StreamReport report = bench(SHAPE).engineAlone();

    assertThat(report.isComplete()).as(report.firstFailure()).isTrue();
    ObjectNode json = report.json();
    assertThat(json.at("/requests/answered").asInt()).isEqualTo(9);
    assertThat(json.at("/output_tokens").asInt()).isEqualTo(9 * 12);
    assertThat(json.at("/cached_share").asDouble()).isBetween(0.3, 0.9);
    assertThat(json.at("/latencies_ms/ttft/p50").asDouble()).isPositive();
    // System and history are about as long as wanted: 100 tokens with a first turn.
    assertThat(json.at("/input_tokens").asInt() / 9.0).isBetween(120.0, 190.0);
    assertThat(progress).anyMatch(line -> line.contains("warm-up"));
  }

  @Test
  void sessions_that_would_outgrow_the_context_are_refused_with_the_options_to_change() {
    assertThat(
            org.assertj.core.api.Assertions.catchThrowableOfType(
                CaudalException.class, () -> bench(Preset.VLLM_MULTI_TURN.shape())))
        .hasMessageContaining("--scale")
        .hasMessageContaining("2048");
  }

  private StreamBench bench(Shape shape) {
    return new StreamBench(
        new Load("x", shape, Arrivals.POISSON, 0, 1, 2),
        new Slo(1000, 100),
        Settings.of(Map.of("model.dtype", "fp32")),
        Duration.ofSeconds(60),
        progress::add);
  }
}
