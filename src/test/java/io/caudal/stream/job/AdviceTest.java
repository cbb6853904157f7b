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

/** Situations that ail a job: the report advises what to set, and that helps. */
class AdviceTest {
  @Test
  void a_full_batch_and_costly_compression_and_long_prompts(@TempDir Path folder) throws Exception {
    Map<String, String> settings =
        Map.of(
            "engine.max-batch", "1",
            "engine.prefill-percent", "0",
            "engine.token-budget", "4096",
            "kv.host.bytes", "0",
            "kv.use-compression", "true",
            "kv.compression-ratio", "8",
            "kv.recent-tokens", "0");
    try (RunningJob job = RunningJob.start(folder, settings)) {
      Load load = new Load(job, 2);
      load.send("warm", 1, 10, 4).await();

      JsonNode full = load.begin().send("a", 24, 20, 60).await().report();
      follow(job, advice(full, "full-batch"));
      JsonNode roomy = load.begin().send("b", 24, 20, 60).await().report();
      assertThat(rules(roomy)).doesNotContain("full-batch");
      assertThat(figure(roomy, "batch")).isGreaterThan(1.3 * figure(full, "batch"));
      assertThat(figure(roomy, "share_queue")).isLessThan(figure(full, "share_queue"));

      JsonNode encoded = load.begin().send("c", 12, 600, 1).await().report();
      follow(job, advice(encoded, "compression-cost"));
      JsonNode plain = load.begin().send("d", 12, 600, 1).await().report();
      assertThat(rules(plain)).doesNotContain("compression-cost");
      assertThat(figure(plain, "ms_encode")).isLessThan(figure(encoded, "ms_encode") / 2);

      load.begin().send("e", 8, 10, 200);
      JsonNode stalled = load.send("f", 8, 900, 1).await().report();
      follow(job, advice(stalled, "long-prompts"));
      load.begin().send("g", 8, 10, 200);
      JsonNode smooth = load.send("h", 8, 900, 1).await().report();
      assertThat(figure(smooth, "itl_ms_p99") / figure(smooth, "itl_ms_p50"))
          .isLessThan(figure(stalled, "itl_ms_p99") / figure(stalled, "itl_ms_p50"));

      assertThat(plain.path("tops").path("tenant_tokens").toString()).contains("\"d\"");
      assertThat(plain.path("stages").findValuesAsText("stage")).contains("encode", "commit");
      String text =
          Commands.run(job, "report", "--window", "10min", "--rest", job.restAddress()).out();
      assertThat(text).contains("share", "session idle", "largest tenant tokens");
    }
  }

  @Test
  void small_tiers_and_cold_sessions(@TempDir Path folder) throws Exception {
    Map<String, String> settings =
        Map.of(
            "kv.device.tokens", "2048",
            "engine.step-loops", "1",
            "kv.host.bytes", "0",
            "kv.waiting-bytes", "0");
    try (RunningJob job = RunningJob.start(folder, settings)) {
      Load load = new Load(job, 2);
      load.send("s", 24, 200, 4).await();

      JsonNode cold = load.begin().send("s", 24, 10, 4).await().report();
      follow(job, advice(cold, "cold-sessions"));
      JsonNode read = load.begin().send("s", 24, 10, 4).await().report();
      assertThat(rules(read)).doesNotContain("cold-sessions");
      assertThat(figure(read, "recomputed")).isLessThan(figure(cold, "recomputed") / 2);

      follow(job, advice(read, "small-host-tier"));
      load.send("t", 24, 200, 4).await();
      JsonNode hosted = load.begin().send("t", 24, 10, 4).await().report();
      assertThat(rules(hosted)).doesNotContain("small-host-tier");
      assertThat(figure(hosted, "state_hits")).isLessThan(figure(read, "state_hits") / 2);
      assertThat(advice(hosted, "thrashing-tier")).isEqualTo("kv.device.tokens=8192");
    }
    try (RunningJob job =
        RunningJob.start(
            folder.resolve("more"),
            Map.of("kv.device.tokens", "8192", "engine.step-loops", "1", "kv.host.bytes", "0"))) {
      Load load = new Load(job, 2);
      load.send("s", 24, 200, 4).await();
      JsonNode roomy = load.begin().send("s", 24, 10, 4).await().report();
      assertThat(rules(roomy)).doesNotContain("thrashing-tier", "cold-sessions");
      assertThat(figure(roomy, "hit_rate")).isGreaterThan(0.8);
    }
  }

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
      JsonNode fed = load.begin().send("a", 30, 10, 60).await().report();
      assertThat(rules(fed)).doesNotContain("starved-batch");
      assertThat(figure(fed, "batch")).isGreaterThan(1.5 * figure(starved, "batch"));
    }
  }

  private static void follow(RunningJob job, String change) {
    assertThat(Commands.run(job, "config", "set", change).code()).isZero();
  }
}
