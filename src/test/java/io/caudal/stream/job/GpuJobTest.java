package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.cli.Commands;
import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.engine.host.ScriptedGpus;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import io.caudal.protocol.TokenChunk;
import io.caudal.protocol.TokenChunkJson;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A job over two GPUs that are a script: how it spreads, and what it does as their memory ends. */
@Timeout(300)
class GpuJobTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));
  private static final Map<String, String> SETTINGS =
      Map.of(
          "model.name", "on-gpus",
          "engine.speculative-tokens", "0",
          "kv.device.tokens", "8192",
          "kv.host.bytes", "0");

  /** Of KV, for each GPU: a few of the test's requests fit at a time, a long one does not. */
  private static final int LITTLE_MEMORY = 200;

  private static final int LONG_PROMPT = 400;

  @Test
  void memory_ends_step_by_step_and_every_request_is_answered_once(@TempDir Path folder)
      throws Exception {
    try (ScriptedGpus gpus = ScriptedGpus.install(2);
        RunningJob job = RunningJob.start(folder, SETTINGS)) {
      Topics topics = job.topics();

      // Room for all: each subtask has a GPU.
      sendMany(topics, "first");
      Map<String, Result> first = results(topics, "first");
      assertThat(device(topics, 0) + " " + device(topics, 1))
          .isIn("cuda:0 cuda:1", "cuda:1 cuda:0");
      assertThat(gpus.loaded()).containsExactlyInAnyOrder("cuda:0", "cuda:1");

      // Less than the batch wants: idle KV goes, steps get smaller, nothing else is seen of it.
      gpus.setMemory("cuda:0", LITTLE_MEMORY);
      gpus.setMemory("cuda:1", LITTLE_MEMORY);
      sendMany(topics, "second");
      assertSameAnswers(first, results(topics, "second"));
      report(topics, report -> report.gauges().getOrDefault("engine_out_of_memory", 0.0) > 0);
      assertThat(gpus.loaded()).hasSize(2);

      // Less than one sequence wants: first one GPU is given up, then the other.
      sendMany(topics, "third");
      send(topics, "long", LONG_PROMPT, "\"stream\":true");
      assertSameAnswers(first, results(topics, "third"));
      Result answer = Objects.requireNonNull(results(topics, "long").get("long"));
      assertThat(answer.failure()).isNull();
      assertThat(answer.attempt()).isGreaterThan(2);
      MetricsRecord moved = report(topics, report -> onCpu(report) && report.subtask() == 0);
      report(topics, report -> onCpu(report) && report.subtask() == 1);
      assertThat(moved.about().device().missing()).contains("cuda:0", "cuda:1", "no memory");
      assertThat(moved.gauges()).containsEntry("engine_fallback", 1.0);
      assertThat(moved.gauges().get("gpu_lacks_of_memory")).isGreaterThanOrEqualTo(2);
      sendMany(topics, "fourth");
      assertSameAnswers(first, results(topics, "fourth"));

      assertThat(perRequest(topics)).hasSize(4 * 12 + 1).allSatisfy((id, n) -> assertOnce(n));
      assertStreamed(topics, answer);
      assertHealthWarns(job);
    }
  }

  private static void assertHealthWarns(RunningJob job) throws Exception {
    Commands health = job.command("health", "--json", "--rest", job.restAddress());
    assertThat(health.code()).as(health.out()).isEqualTo(1);
    JsonNode json = new ObjectMapper().readTree(health.out());
    List<JsonNode> devices =
        IntStream.range(0, json.path("components").size())
            .mapToObj(json.path("components")::get)
            .filter(check -> check.path("component").asText().startsWith("device"))
            .toList();
    assertThat(devices).hasSize(1);
    assertThat(devices.get(0).path("status").asText()).isEqualTo("degraded");
    assertThat(devices.get(0).path("finding").asText())
        .startsWith("cpu, KV of")
        .contains("cuda:0 had no memory", "cuda:1 had no memory", "tokens, not for");
    assertThat(devices.get(0).path("remedy").asText())
        .contains("kv.device.tokens", "engine.token-budget", "model.gpu-retry");
    JsonNode manager = json.path("metrics").path("task_managers").path(0);
    assertThat(manager.path("engines").path(0).path("device").asText()).isEqualTo("cpu");
    assertThat(manager.path("gpu_lacks_of_memory").asInt()).isGreaterThanOrEqualTo(2);
  }

  private static void assertOnce(long results) {
    assertThat(results).isEqualTo(1);
  }

  /** The pieces of the last attempt are the text of the result. */
  private static void assertStreamed(Topics topics, Result answer) {
    Predicate<TokenChunk> its =
        chunk ->
            chunk.requestId().equals(answer.requestId()) && chunk.attempt() == answer.attempt();
    topics.await(
        TOPICS.tokensTopic(),
        1,
        value -> its.and(TokenChunk::last).test(TokenChunkJson.read(value)));
    String text =
        topics.all(TOPICS.tokensTopic()).stream()
            .map(TokenChunkJson::read)
            .filter(its)
            .map(TokenChunk::text)
            .collect(Collectors.joining());
    assertThat(text).isEqualTo(answer.text());
  }

  private static void assertSameAnswers(Map<String, Result> first, Map<String, Result> later) {
    assertThat(later).hasSameSizeAs(first);
    later.forEach(
        (id, result) -> {
          Result before =
              Objects.requireNonNull(first.get("first" + id.substring(id.indexOf('-'))));
          assertThat(result.failure()).as(id).isNull();
          assertThat(result.text()).as(id).isEqualTo(before.text());
        });
  }

  /** Twelve requests of sessions of their own, with the same prompts in each round. */
  private static void sendMany(Topics topics, String round) {
    for (int i = 0; i < 12; i++) {
      send(topics, round + "-" + i, 30 + i, "\"ignore_eos\":true");
    }
  }

  private static void send(Topics topics, String id, int promptTokens, String more) {
    String prompt =
        IntStream.range(0, promptTokens)
            .mapToObj(i -> Integer.toString(10 + (i * promptTokens) % 900))
            .collect(Collectors.joining(","));
    topics.send(
        TOPICS.requestsTopic(),
        "s-" + id,
        String.format(
            "{\"request_id\":\"%s\",\"session_id\":\"s-%s\",\"prompt_ids\":[%s],\"max_tokens\":30,%s}",
            id, id, prompt, more));
  }

  private static Map<String, Result> results(Topics topics, String round) {
    int count = round.equals("long") ? 1 : 12;
    Map<String, Result> results = new TreeMap<>();
    for (byte[] value :
        topics.await(
            TOPICS.resultsTopic(),
            count,
            bytes -> ResultJson.read(bytes).requestId().startsWith(round))) {
      results.put(ResultJson.read(value).requestId(), ResultJson.read(value));
    }
    return results;
  }

  private static Map<String, Long> perRequest(Topics topics) {
    return topics.all(TOPICS.resultsTopic()).stream()
        .collect(
            Collectors.groupingBy(
                value -> ResultJson.read(value).requestId(), Collectors.counting()));
  }

  private static String device(Topics topics, int subtask) {
    return report(topics, report -> report.subtask() == subtask).about().device().name();
  }

  private static boolean onCpu(MetricsRecord report) {
    return report.about().device().name().equals("cpu");
  }

  private static MetricsRecord report(Topics topics, Predicate<MetricsRecord> wanted) {
    return topics.awaitReport(wanted);
  }
}
