package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.cli.bench.AdaptiveBench;
import io.caudal.cli.bench.AdaptivePlan;
import io.caudal.cli.bench.AdaptiveReport;
import io.caudal.cli.bench.Slo;
import io.caudal.cli.bench.TrialLoad;
import io.caudal.config.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A preset and the controller, compared on a running job in short cells. */
@Timeout(300)
class AdaptiveBenchTest {

  @Test
  void cells_are_played_and_the_job_is_left_as_it_was(@TempDir Path folder) throws Exception {
    AdaptivePlan plan =
        new AdaptivePlan(
            List.of(TrialLoad.INTERACTIVE),
            List.of("low_latency"),
            3,
            1,
            3,
            1,
            1,
            new Slo(60_000, 60_000));
    try (RunningJob job = RunningJob.start(folder, Map.of())) {
      AdaptiveReport report =
          new AdaptiveBench(plan, Settings.of(Map.of()), job.kafka(), line -> {}).run();

      assertThat(report.isComplete()).isTrue();
      ObjectNode json = report.json();
      assertThat(json.path("cells")).hasSize(2);
      json.path("cells")
          .forEach(
              cell -> {
                assertThat(cell.path("planned").asInt()).isPositive();
                assertThat(cell.path("score").asDouble()).isEqualTo(100);
              });
      assertThat(json.at("/share_of_best_preset/adaptive/interactive").asDouble()).isEqualTo(1);
      String history = job.command("config", "history").out();
      assertThat(history)
          .contains(
              "engine.max-batch 16 -> 8", "adaptive.mode off -> on", "adaptive.mode on -> off");
      assertThat(job.command("config", "diff").out())
          .doesNotContain("engine.max-batch", "adaptive.", "engine.token-budget");
    }
  }
}
