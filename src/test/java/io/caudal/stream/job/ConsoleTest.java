package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.cli.Commands;
import io.caudal.cli.Main;
import io.caudal.config.KafkaSettings;
import io.caudal.config.Preset;
import io.caudal.config.Settings;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands that show and change a running job, against one. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsoleTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));

  @SuppressWarnings("NullAway.Init")
  private static Path folder;

  @SuppressWarnings("NullAway.Init")
  private static RunningJob job;

  private static final Map<Integer, Long> REPORTED = new HashMap<>();

  private String out = "";
  private String err = "";

  @BeforeAll
  static void start(@TempDir Path temporary) throws Exception {
    folder = temporary;
    job = RunningJob.start(folder, Map.of("engine.token-budget", "256"));
  }

  @AfterAll
  static void stop() {
    job.close();
  }

  @Test
  @Order(1)
  void a_change_is_acknowledged_by_all_subtasks_and_holds() {
    assertThat(run("config", "set", "batch_size=8", "request.default-max-tokens=3")).isZero();
    assertThat(out)
        .contains(
            "subtask 0  version 1  engine.max-batch 16 -> 8, request.default-max-tokens 256 -> 3")
        .contains("subtask 1  version 1  engine.max-batch 16 -> 8")
        .contains("applied by 2 of 2 subtasks, version 1");

    send("short", "{\"request_id\":\"short\",\"prompt\":\"Once\",\"ignore_eos\":true}");
    Result result = only("short");
    assertThat(result.usage().completionTokens()).isEqualTo(3);
    assertThat(result.configVersion()).isEqualTo(1);

    assertThat(run("config", "get", "engine.max-batch", "token_budget")).isZero();
    assertThat(out)
        .containsPattern("engine.max-batch +8\n")
        .containsPattern("engine.token-budget +256\n")
        .contains("version 1 in subtask 0, 1");
    assertThat(run("config", "diff")).isZero();
    assertThat(out)
        .containsPattern("engine.max-batch +8 +16 +live\n")
        .containsPattern("engine.token-budget +256 +512 +live\n")
        .doesNotContain("job.capacity");
  }

  @Test
  @Order(2)
  void a_wrong_key_or_value_changes_nothing() {
    int before = changes();

    assertThat(run("config", "set", "engine.maxbatch=8", "engine.token-budget=1")).isEqualTo(1);
    assertThat(err)
        .contains("did you mean 'engine.max-batch'?", "16 to 65536 tokens", "nothing was changed");
    assertThat(run("config", "set", "engine.linger=2s")).isEqualTo(1);
    assertThat(err).contains("can't change while the job runs");
    assertThat(run("config", "set", "engine.max-batch")).isEqualTo(2);
    assertThat(changes()).isEqualTo(before);
  }

  @Test
  @Order(3)
  void a_refusal_by_the_job_is_in_the_history() {
    job.topics()
        .send(
            TOPICS.controlTopic(),
            "x",
            "{\"change_id\":\"raw\",\"by\":\"ben\",\"set\":{\"engine.max-batch\":0}}");
    job.topics().await(TOPICS.acksTopic(), 4, value -> true);

    assertThat(run("config", "history")).isZero();
    assertThat(out)
        .containsPattern("raw +ben +engine.max-batch=0 +refused: .*1 to 1024")
        .containsPattern("cli-\\w+ .*engine.max-batch 16 -> 8, .* applied by 2 of 2");
    assertThat(run("config", "history", "--key", "log.levels")).isZero();
    assertThat(out).isEqualTo("no changes\n");
  }

  @Test
  @Order(4)
  void a_reset_goes_back_to_what_the_job_was_started_with() {
    assertThat(run("config", "set", "engine.token-budget=64")).isZero();
    assertThat(run("config", "reset", "engine.token-budget", "timeout")).isZero();
    assertThat(out).contains("engine.token-budget 64 -> 256\n").doesNotContain("request.timeout");
    assertThat(run("config", "get", "engine.token-budget")).isZero();
    assertThat(out).containsPattern("engine.token-budget +256\n");
  }

  @Test
  @Order(5)
  void a_file_and_a_preset_set_what_is_live_and_name_the_rest() throws Exception {
    Path file = Files.writeString(folder.resolve("s.yaml"), "batch_size: 5\njob.capacity: 7\n");
    assertThat(run("config", "apply-file", file.toString())).isZero();
    assertThat(out)
        .contains("engine.max-batch 8 -> 5")
        .contains("needs a restart: -D job.capacity=7")
        .contains("applied by 2 of 2");
    assertThat(run("config", "diff", file.toString())).isZero();
    assertThat(out).containsPattern("job.capacity +512 +7 +restart").doesNotContain("max-batch");

    assertThat(run("config", "preset", "apply", "low_latency")).isZero();
    assertThat(out).contains("engine.max-batch 5 -> 8", "-D results.delivery=at-least-once");
    assertThat(out).doesNotContain("stays as it is");
    assertThat(run("config", "preset", "apply", "low_latency")).isZero();
    assertThat(out).contains("already");
    assertThat(run("config", "preset", "apply", "memory_efficient")).isZero();
    assertThat(run("config", "preset", "apply", "high_performance")).isZero();
    assertThat(out).contains("stays as it is: kv.codec=int8 (default none)");
  }

  @Test
  @Order(8)
  void every_preset_applies_whole() {
    for (String name : Preset.NAMES) {
      assertThat(run("config", "preset", "apply", name)).as(err).isZero();
      String applied = out;
      Map<String, String> settings = Preset.named(name).settings();
      assertThat(
              run(
                  Stream.concat(Stream.of("config", "get"), settings.keySet().stream())
                      .toArray(String[]::new)))
          .isZero();
      settings.forEach(
          (key, value) -> {
            if (Settings.key(key).isLive() || !applied.contains("-D " + key + "=" + value)) {
              assertThat(out).as(name).containsPattern(key + " *" + value + "\n");
            }
          });
    }
    assertThat(run("config", "reset", "--all")).isZero();
  }

  @Test
  @Order(9)
  void of_two_people_the_later_one_wins_and_both_see_it() {
    assertThat(run("config", "set", "--by", "alice", "engine.max-batch=6")).isZero();
    assertThat(run("config", "set", "--by", "ben", "batch_size=9")).isZero();
    assertThat(out).contains("subtask 0", "engine.max-batch 6 -> 9");
    assertThat(run("config", "get", "engine.max-batch")).isZero();
    assertThat(out).containsPattern("engine.max-batch +9\n");
    assertThat(run("config", "history", "--key", "engine.max-batch")).isZero();
    assertThat(out).containsPattern("(?s)alice.* -> 6.*ben.*6 -> 9");
    assertThat(run("config", "set", "engine.max-batch=8")).isZero();
  }

  @Test
  @Order(6)
  void aliases_and_log_levels_take_effect_where_they_are_set() {
    assertThat(run("config", "set", "enable_profiling=true", "cache_strategy=LFU")).isZero();
    assertThat(out).contains("profile.duration 0ms -> 60s", "kv.eviction-policy adaptive -> lfu");
    assertThat(run("config", "set", "enable_profiling=false", "cache_strategy=ADAPTIVE")).isZero();
    assertThat(out).contains("profile.duration 60s -> 0ms");

    assertThat(run("config", "set", "log.levels=io.caudal.stream=debug")).isZero();
    assertThat(LogManager.getLogger("io.caudal.stream.any").isDebugEnabled()).isTrue();
    assertThat(run("config", "reset", "log.levels")).isZero();
    assertThat(LogManager.getLogger("io.caudal.stream.any").isDebugEnabled()).isFalse();
  }

  @Test
  @Order(7)
  void stats_are_shown_again_and_again_until_it_is_told_to_stop() throws Exception {
    StringWriter shown = new StringWriter();
    CommandLine stats = Main.commandLine();
    stats.setOut(new PrintWriter(shown, true));
    stats.setErr(new PrintWriter(new StringWriter(), true));
    Thread watcher =
        new Thread(
            () ->
                stats.execute(
                    "stats",
                    "--watch",
                    "--every",
                    "1",
                    "--over",
                    "3",
                    "--json",
                    "--bootstrap",
                    job.kafka().bootstrapServers()));
    watcher.start();
    await().atMost(Duration.ofMinutes(1)).until(() -> shown.toString().lines().count() >= 2);
    watcher.interrupt();
    watcher.join(60_000);
    assertThat(watcher.isAlive()).isFalse();
    for (String line : shown.toString().lines().toList()) {
      JsonNode json = new ObjectMapper().readTree(line);
      assertThat(json.path("over_ms").asLong()).isBetween(1L, 3_000L);
      assertThat(json.path("reporting").asInt()).isEqualTo(2);
    }
  }

  @Test
  @Order(10)
  void changes_outlive_a_lost_task_manager_and_a_rescale() throws Exception {
    job.loseTaskManager();
    assertThat(run("config", "set", "--timeout", "120", "engine.batch-linger=1ms")).isZero();
    assertThat(out).contains("engine.batch-linger 0ms -> 1ms");
    job.rescale(1);
    assertThat(run("config", "set", "--timeout", "120", "engine.batch-linger=2ms")).isZero();
    assertThat(out)
        .contains("engine.batch-linger 1ms -> 2ms", "applied by 1 of 1")
        .doesNotContain("subtask 1");
    assertThat(run("config", "get", "engine.max-batch")).isZero();
    assertThat(out).containsPattern("engine.max-batch +8\n");
  }

  @Test
  @Order(0)
  void stats_and_health_tell_of_a_conversation() throws Exception {
    send(
        "s1",
        "{\"request_id\":\"t1\",\"session_id\":\"s1\",\"prompt\":\"Once upon a time\",\"max_tokens\":8}");
    only("t1");
    send(
        "s1",
        "{\"request_id\":\"t2\",\"session_id\":\"s1\",\"prompt\":\" and then\",\"max_tokens\":8}");
    Result second = only("t2");
    send(
        "s2", "{\"request_id\":\"t3\",\"session_id\":\"s2\",\"prompt\":\"x\",\"model\":\"other\"}");
    only("t3");
    awaitReported("results_ok", 2);
    awaitReported("results_failed", 1);

    assertThat(run("stats", "--json", "--rest", job.restAddress())).isZero();
    JsonNode stats = new ObjectMapper().readTree(out);
    assertThat(stats.path("subtasks").asInt()).isEqualTo(2);
    assertThat(stats.path("results").path("ok").asInt()).isEqualTo(2);
    assertThat(stats.path("errors").path("unknown_model").asInt()).isEqualTo(1);
    assertThat(stats.path("sessions").path("started").asInt()).isEqualTo(1);
    assertThat(stats.path("tokens").path("hit").asInt())
        .isEqualTo(second.usage().cachedTokens())
        .isPositive()
        .isEqualTo(stats.path("tokens").path("hit_device").asInt());
    assertThat(stats.path("latencies_ms").path("ttft_ms").path("count").asInt()).isEqualTo(2);
    assertThat(stats.path("latencies_ms").path("itl_ms").path("count").asInt()).isPositive();
    assertThat(stats.path("completion_tokens_per_s").asDouble()).isPositive();
    assertThat(stats.path("task_managers").path(0).path("kv_device_tokens").asInt()).isPositive();
    assertThat(stats.path("task_managers").path(0).path("disk_total_bytes").asLong()).isPositive();
    assertThat(stats.path("checkpoints").path("completed").asInt()).isPositive();

    assertThat(run("stats", "--rest", "127.0.0.1:1")).isZero();
    assertThat(out).contains("2 ok, 1 failed, 0 repeated", "unknown_model 1");

    assertThat(run("health", "--rest", job.restAddress())).as(out).isZero();
    assertThat(out)
        .startsWith("healthy\n")
        .contains("all topics there", "rocksdb", "loaded: demo", "all report, subtasks: 2");
    assertThat(run("health", "--json", "--rest", "127.0.0.1:1")).isEqualTo(1);
    JsonNode health = new ObjectMapper().readTree(out);
    assertThat(health.path("status").asText()).isEqualTo("degraded");
    assertThat(health.path("recommendations").toString()).contains("--rest");
  }

  @Test
  @Order(11)
  void a_job_that_is_gone_is_unhealthy_and_a_change_says_so() throws Exception {
    String address = job.restAddress();
    job.drop();

    assertThat(run("health", "--rest", address)).isEqualTo(2);
    assertThat(out).startsWith("unhealthy\n").contains("CANCELED");
    assertThat(run("config", "set", "--timeout", "1", "engine.max-batch=3")).isEqualTo(1);
    assertThat(out)
        .contains("no subtask has acknowledged within 1 s")
        .contains("in force, as last heard: engine.max-batch = 8")
        .contains("no acknowledgement");
    assertThat(run("cache", "clear", "--all", "--timeout", "1")).isEqualTo(1);
    assertThat(out).contains("no subtask has answered in time");
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> {
              run("config", "get");
              assertThat(out).contains("no news for a while of subtask 0, shown as last heard");
            });
  }

  private static void awaitReported(String counter, long count) {
    job.topics()
        .awaitReport(
            report -> {
              REPORTED.merge(
                  report.subtask(), report.counters().getOrDefault(counter, 0L), Math::max);
              return REPORTED.values().stream().mapToLong(n -> n).sum() >= count;
            });
    REPORTED.clear();
  }

  private static int changes() {
    return job.topics().all(TOPICS.controlTopic()).size();
  }

  private static void send(String session, String json) {
    job.topics().send(TOPICS.requestsTopic(), session, json);
  }

  private static Result only(String id) {
    return job
        .topics()
        .await(TOPICS.resultsTopic(), 1, value -> ResultJson.read(value).requestId().equals(id))
        .stream()
        .map(ResultJson::read)
        .filter(result -> result.requestId().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private int run(String... args) {
    Commands run = job.command(args);
    out = run.out();
    err = run.err();
    return run.code();
  }
}
