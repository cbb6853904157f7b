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

/** A situation that ails a job: the report advises what to set, and that helps. */
class AdviceTest {
  @Test
  void a_starved_batch(@TempDir Path folder) throws Exception {
    JsonNode starved;
    try (RunningJob job = RunningJob.start(folder, Map.of("job.capacity", "1"))) {
      Load load = new Load(job, 2);
      load.send("warm", 1, 10, 4).await();
      starved = load.begin().send("a", 30, 10, 60).await().report();
      assertThat(advice(starved, "starved-batch")).isEqualTo("job.capacity=512");
    }
    try (RunningJob job = RunningJob.start(folder.resolve("more"), Map.of())) {
      Load load = new Load(job, 2);
      load.send("warm", 1, 10, 4).await();
      JsonNode fed = load.begin().send("a", 30, 10, 300).await().report();
      assertThat(rules(fed)).doesNotContain("starved-batch");
      assertThat(figure(fed, "batch")).isGreaterThan(1.5 * figure(starved, "batch"));
    }
  }

  @Test
  void a_device_whose_sessions_take_each_others_place(@TempDir Path folder) throws Exception {
    Map<String, String> small = Map.of("kv.device.tokens", "512", "kv.host.bytes", "0");
    JsonNode thrashing = threeRounds(folder, small);
    assertThat(advice(thrashing, "thrashing-tier")).isEqualTo("kv.device.tokens=2048");

    Map<String, String> larger = Map.of("kv.device.tokens", "2048", "kv.host.bytes", "0");
    JsonNode roomy = threeRounds(folder.resolve("more"), larger);
    assertThat(rules(roomy)).doesNotContain("thrashing-tier");
    assertThat(figure(roomy, "evicted")).isLessThan(0.25 * figure(thrashing, "evicted"));
  }

  private static JsonNode threeRounds(Path folder, Map<String, String> settings) throws Exception {
    try (RunningJob job = RunningJob.start(folder, settings)) {
      Load load = new Load(job, 2);
      load.send("warm", 1, 10, 4).await();
      return threeRounds(load, "a");
    }
  }

  /** Fourteen sessions of 120 tokens in the end. */
  private static JsonNode threeRounds(Load load, String group) throws Exception {
    load.begin();
    for (int round = 0; round < 3; round++) {
      load.send(group, 14, 30, 10).await();
    }
    return load.report();
  }

  @Test
  void host_memory_too_small_for_what_leaves_the_device(@TempDir Path folder) throws Exception {
    Map<String, String> small = Map.of("kv.device.tokens", "512", "kv.host.bytes", "256kb");
    try (RunningJob job = RunningJob.start(folder, small)) {
      Load load = new Load(job, 2);
      load.send("warm", 1, 10, 4).await();
      JsonNode full = threeRounds(load, "a");
      String advice = advice(full, "small-host-tier");
      assertThat(advice).isEqualTo("kv.host.bytes=128mb");

      assertThat(Commands.run(job, "config", "set", advice).code()).isZero();
      JsonNode roomy = threeRounds(load, "b");
      assertThat(rules(roomy)).doesNotContain("small-host-tier");
      assertThat(notInMemory(roomy)).isLessThan(0.5 * notInMemory(full));
    }
  }

  private static double notInMemory(JsonNode report) {
    return figure(report, "state_hits") + figure(report, "recomputed");
  }
}
