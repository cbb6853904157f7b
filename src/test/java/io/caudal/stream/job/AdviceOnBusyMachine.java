package io.caudal.stream.job;

import static io.caudal.stream.job.Load.advice;
import static io.caudal.stream.job.Load.figure;
import static io.caudal.stream.job.Load.rules;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As {@link AdviceTest}, where a machine has to be busy for a while: with the chaos profile. */
class AdviceOnBusyMachine {
  @Test
  void less_time_than_answers_need(@TempDir Path folder) throws Exception {
    Map<String, String> slow =
        Map.of(
            "request.timeout", "1s",
            "engine.max-batch", "1",
            "engine.step-loops", "1",
            "engine.speculative-tokens", "0",
            "kv.host.bytes", "0");
    try (RunningJob job = RunningJob.start(folder, slow)) {
      Load load = new Load(job, 2);
      load.send("warm", 1, 10, 4).await();
      JsonNode report = load.begin().send("late", 9, 10, 200).await().report();
      assertThat(advice(report, "timeouts")).isEqualTo("request.timeout=2s");

      // Each round of advice doubles it: 64 s are enough for any machine.
      for (int more = 1; rules(report).contains("timeouts"); more++) {
        assertThat(more).isLessThanOrEqualTo(6);
        String advice = advice(report, "timeouts");
        assertThat(job.command("config", "set", advice).code()).isZero();
        report = load.begin().send("late-" + more, 9, 10, 200).await().report();
      }
      assertThat(figure(report, "ended")).isPositive();
      assertThat(figure(report, "failed")).isZero();
    }
  }

  @Test
  void a_machine_without_a_core_left(@TempDir Path folder) throws Exception {
    int cores = Runtime.getRuntime().availableProcessors();
    Map<String, String> all =
        Map.of("engine.step-loops", Integer.toString(cores), "kv.host.bytes", "0");
    try (RunningJob job = RunningJob.start(folder, all)) {
      Load load = new Load(job, 2);
      load.send("warm", 1, 10, 4).await();
      load.send("busy", 45 * cores, 900, 1).await(1 + 12 * cores);
      JsonNode busy = load.begin().await(1 + 30 * cores).report();
      String advice = advice(busy, "busy-cpu");
      assertThat(advice).isEqualTo("engine.step-loops=" + (cores - 1));

      assertThat(job.command("config", "set", advice).code()).isZero();
      load.await();
      load.send("less", 30 * cores, 900, 1).await(1 + 50 * cores);
      JsonNode less = load.begin().await(1 + 60 * cores).report();
      assertThat(rules(less)).doesNotContain("busy-cpu");
      assertThat(figure(less, "cpu")).isLessThan(figure(busy, "cpu"));
    }
  }
}
