package io.caudal.stream.job;

import static io.caudal.stream.job.Load.advice;
import static io.caudal.stream.job.Load.figure;
import static io.caudal.stream.job.Load.rules;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caudal.cli.Commands;
import io.caudal.engine.host.ScriptedGpus;
import java.nio.file.Path;
import java.util.HashMap;
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
      starved = load.begin().send("a", 60, 10, 220).await().report();
      assertThat(advice(starved, "starved-batch")).isEqualTo("job.capacity=512");
    }
    try (RunningJob job = RunningJob.start(folder.resolve("more"), Map.of())) {
      Load load = new Load(job, 2);
      load.send("warm", 1, 10, 4).await();
      JsonNode fed = load.begin().send("a", 60, 10, 220).await().report();
      assertThat(rules(fed)).doesNotContain("starved-batch");
      assertThat(figure(fed, "batch")).isGreaterThan(1.5 * figure(starved, "batch"));
    }
  }

  @Test
  void a_device_whose_sessions_take_each_others_place(@TempDir Path folder) throws Exception {
    Map<String, String> small = Map.of("kv.device.tokens", "512", "kv.host.bytes", "0");
    try (RunningJob job = RunningJob.start(folder, small)) {
      Load load = new Load(job, 2);
      load.send("warm", 1, 10, 4).await();
      JsonNode thrashing = threeRounds(load, "a");
      String advice = advice(thrashing, "thrashing-tier");
      assertThat(advice).isEqualTo("kv.device.tokens=2048");

      assertThat(job.command("config", "set", advice).code()).isZero();
      assertThat(job.command("cache", "clear", "--all").code()).isZero();
      JsonNode roomy = threeRounds(load, "b");
      assertThat(rules(roomy)).doesNotContain("thrashing-tier");
      assertThat(figure(roomy, "evicted")).isLessThan(0.25 * figure(thrashing, "evicted"));
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

      assertThat(job.command("config", "set", advice).code()).isZero();
      JsonNode roomy = threeRounds(load, "b");
      assertThat(rules(roomy)).doesNotContain("small-host-tier");
      assertThat(notInMemory(roomy)).isLessThan(0.7 * notInMemory(full));
    }
  }

  @Test
  void sessions_that_are_computed_again_for_lack_of_heap(@TempDir Path folder) throws Exception {
    Map<String, String> none =
        Map.of("kv.device.tokens", "512", "kv.host.bytes", "0", "kv.waiting-bytes", "0");
    try (RunningJob job = RunningJob.start(folder, none)) {
      Load load = new Load(job, 2);
      load.send("warm", 1, 10, 4).await();
      JsonNode cold = threeRounds(load, "cold");
      String advice = advice(cold, "cold-sessions");
      assertThat(advice).isEqualTo("kv.waiting-bytes=128mb");
      assertThat(figure(cold, "state_hits")).isZero();

      assertThat(job.command("config", "set", advice).code()).isZero();
      JsonNode warm = threeRounds(load, "warm-again");
      assertThat(rules(warm)).doesNotContain("cold-sessions");
      assertThat(figure(warm, "refused_restore")).isZero();
      assertThat(figure(warm, "state_hits")).isPositive();
    }
  }

  @Test
  void long_prompts_beside_others_next_tokens(@TempDir Path folder) throws Exception {
    Map<String, String> whole =
        Map.of(
            "engine.prefill-percent", "0", "engine.speculative-tokens", "0", "kv.host.bytes", "0");
    try (RunningJob job = RunningJob.start(folder, whole)) {
      Load load = new Load(job, 2);
      load.send("warm", 1, 10, 4).await();
      JsonNode stalling =
          load.begin().send("talk", 12, 10, 100).send("long", 30, 900, 1).await().report();
      String advice = advice(stalling, "long-prompts");
      assertThat(advice).isEqualTo("engine.prefill-percent=50");

      assertThat(job.command("config", "set", advice).code()).isZero();
      JsonNode even =
          load.begin().send("talk-on", 12, 10, 100).send("long-on", 30, 900, 1).await().report();
      assertThat(rules(even)).doesNotContain("long-prompts");
      assertThat(stalls(even)).isLessThan(0.5 * stalls(stalling));
    }
  }

  private static double stalls(JsonNode report) {
    return figure(report, "itl_ms_p99") / figure(report, "itl_ms_p50");
  }

  /** A model that keeps much of a token and computes little for it. */
  @Test
  void compression_that_costs_more_than_it_spares(@TempDir Path folder) throws Exception {
    Path model = folder.resolve("model");
    String shape = "32,2,16,16,64,32,512";
    assertThat(Commands.run("make-model", "--shape", shape, "--out", model.toString()).code())
        .isZero();
    Map<String, String> dense =
        Map.of("model.path", model.toString(), "kv.compression", "zstd", "kv.host.bytes", "0");
    try (RunningJob job = RunningJob.start(folder, dense)) {
      Load load = new Load(job, 2);
      load.send("warm", 1, 10, 4).await();
      JsonNode costly = load.begin().send("dense", 60, 200, 1).await().report();
      String advice = advice(costly, "compression-cost");
      assertThat(advice).isEqualTo("kv.compression=none");

      assertThat(job.command("config", "set", advice).code()).isZero();
      JsonNode less = load.begin().send("plain", 60, 200, 1).await().report();
      assertThat(rules(less)).doesNotContain("compression-cost");
      assertThat(figure(less, "ms_encode")).isLessThan(0.7 * figure(costly, "ms_encode"));
    }
  }

  @Test
  void more_requests_than_a_step_takes(@TempDir Path folder) throws Exception {
    Map<String, String> two =
        Map.of("engine.max-batch", "2", "engine.step-loops", "1", "kv.host.bytes", "0");
    try (RunningJob job = RunningJob.start(folder, two)) {
      Load load = new Load(job, 2);
      load.send("warm", 1, 10, 4).await();
      JsonNode full = load.begin().send("many", 40, 10, 140).await().report();
      String advice = advice(full, "full-batch");
      assertThat(advice).startsWith("engine.max-batch=");

      assertThat(job.command("config", "set", advice).code()).isZero();
      JsonNode wider = load.begin().send("many-on", 40, 10, 140).await().report();
      assertThat(figure(wider, "batch")).isGreaterThan(1.5 * figure(full, "batch"));
    }
  }

  /** A GPU that is a script: it has no memory for one sequence's KV. */
  @Test
  void a_device_without_memory_for_one_sequence(@TempDir Path folder) throws Exception {
    JsonNode refused = onSmallGpu(folder, "false");
    assertThat(advice(refused, "out-of-memory")).isEqualTo("model.cpu-fallback=true");
    assertThat(figure(refused, "failed")).isEqualTo(4);

    JsonNode answered = onSmallGpu(folder.resolve("cpu"), "true");
    assertThat(rules(answered)).doesNotContain("out-of-memory");
    assertThat(figure(answered, "ended")).isPositive();
    assertThat(figure(answered, "failed")).isZero();
  }

  private static JsonNode onSmallGpu(Path folder, String fallback) throws Exception {
    Map<String, String> settings =
        Map.of(
            "model.name",
            "on-a-small-gpu-" + fallback,
            "model.cpu-fallback",
            fallback,
            "kv.host.bytes",
            "0");
    try (ScriptedGpus gpus = ScriptedGpus.install(1);
        RunningJob job = RunningJob.start(folder, settings)) {
      gpus.setMemory("cuda:0", 250);
      Load load = new Load(job, 2);
      load.send("warm", 1, 10, 4).await();
      return load.begin().send("a", 4, 300, 4).await().report();
    }
  }

  /** Checkpoints that come seldom, and some that a slow disk takes long to keep. */
  @Test
  void results_that_wait_for_their_checkpoint(@TempDir Path folder) throws Exception {
    String interval = "execution.checkpointing.interval";
    JsonNode seldom = answered(folder, Map.of(interval, "5s"));
    String advice = advice(seldom, "slow-commit");
    assertThat(advice).startsWith(interval + "=");

    String slow = SlowFileSystem.SCHEME + "://" + folder.resolve("slow");
    JsonNode late = answered(folder.resolve("late"), Map.of("execution.checkpointing.dir", slow));
    assertThat(advice(late, "slow-disk")).startsWith("execution.checkpointing.dir=");

    String shorter = advice.substring(advice.indexOf('=') + 1);
    JsonNode soon = answered(folder.resolve("soon"), Map.of(interval, shorter));
    assertThat(rules(soon)).doesNotContain("slow-disk");
    double wait = figure(soon, "commit_ms_p50");
    assertThat(wait).isLessThan(0.5 * figure(seldom, "commit_ms_p50"));
    assertThat(wait).isLessThan(0.5 * figure(late, "commit_ms_p50"));
  }

  private static JsonNode answered(Path folder, Map<String, String> flink) throws Exception {
    try (RunningJob job = RunningJob.start(folder, Map.of(), flink)) {
      Load load = new Load(job, 2);
      load.send("warm", 1, 10, 4).await();
      // Those of the first round may end in a report's window that began before.
      return load.begin().send("a", 6, 10, 4).await().send("b", 6, 10, 4).await().report();
    }
  }

  @Test
  void a_broker_that_takes_results_slowly(@TempDir Path folder) throws Exception {
    JsonNode held = throttled(folder, Map.of());
    assertThat(advice(held, "backpressured-sink")).isEqualTo("kafka.client.compression.type=lz4");

    JsonNode free =
        throttled(folder.resolve("lz4"), Map.of("kafka.client.compression.type", "lz4"));
    assertThat(heldBack(free)).isLessThan(0.5 * heldBack(held));
  }

  /** Answers of some megabytes in all, at 100 kB/s a producer. */
  private static JsonNode throttled(Path folder, Map<String, String> client) throws Exception {
    Map<String, String> settings = new HashMap<>(client);
    settings.put("kafka.client.buffer.memory", "300000");
    try (RunningJob job = RunningJob.start(folder, settings)) {
      Load load = new Load(job, 2);
      load.send("warm", 1, 10, 4).await();
      job.throttleProducers(100_000);
      return load.begin().sendScored("a", 80, 100).await().report();
    }
  }

  private static double heldBack(JsonNode report) {
    return figure(report, "backpressured") + figure(report, "emitting");
  }

  private static double notInMemory(JsonNode report) {
    return figure(report, "state_hits") + figure(report, "recomputed");
  }
}
