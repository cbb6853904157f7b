package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.cli.Commands;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.Result;
import io.caudal.protocol.Usage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** After a restart sessions are on the device again before anybody asks for them. */
class WarmStartTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void sessions_come_back_to_the_device_by_themselves(@TempDir Path folder) throws Exception {
    // A job that restarts finds no engine, so nothing but state.
    Map<String, String> settings = Map.of("engine.linger", "0ms", "kv.host.bytes", "0");
    try (RunningJob job = RunningJob.start(folder, settings)) {
      Usage first = ask(job, "one", "My name is Zorvek.");
      ask(job, "two", "My name is Lucia.");
      job.loseTaskManager();
      job.topics().awaitReport(report -> report.counters().getOrDefault("warmed_tokens", 0L) > 0);

      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> tiers(job).equals(Map.of("one", "device", "two", "device")));
      Usage again = ask(job, "one", "What is my name?");
      assertThat(again.cachedTokens())
          .isGreaterThanOrEqualTo(first.promptTokens() + first.completionTokens() - 1);
      job.topics()
          .awaitReport(
              report ->
                  report.counters().getOrDefault("device_hit_tokens", 0L) == again.cachedTokens());
    }
  }

  @Test
  void of_those_that_do_not_fit_the_ones_used_last(@TempDir Path folder) throws Exception {
    Map<String, String> settings =
        Map.of(
            "engine.linger",
            "0ms",
            "kv.host.bytes",
            "0",
            "kv.device.tokens",
            "1024",
            "kv.warm-start",
            "0.9"); // 921 tokens: two sessions
    try (RunningJob job = RunningJob.start(folder, settings)) {
      for (String session : new String[] {"one", "two", "three", "four"}) {
        Usage usage = ask(job, session, "I live in Rome and like long walks. ".repeat(22));
        assertThat(usage.promptTokens() + usage.completionTokens()).isBetween(250, 350);
      }
      job.rescale(1); // each subtask brings its own
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () ->
                  assertThat(tiers(job))
                      .isEqualTo(
                          Map.of(
                              "one", "state", "two", "state", "three", "device", "four",
                              "device")));
    }
  }

  @Test
  void a_beginning_that_sessions_share_is_computed_once_for_all(@TempDir Path folder)
      throws Exception {
    try (RunningJob job = RunningJob.start(folder, Map.of("engine.linger", "0ms"))) {
      String system = "You remember what you are told. ".repeat(20);
      List<Result> first = new ArrayList<>();
      for (String session : List.of("one", "two", "three", "four")) {
        first.add(job.topics().ask(session, system, "My name is Zorvek."));
      }
      int shared = usage(first.get(3)).cachedTokens();
      assertThat(shared).isGreaterThan(usage(first.get(3)).promptTokens() / 2);
      command(job, "session", "end", "one"); // the only one whose state has the beginning
      job.loseTaskManager();

      Map<String, String> there = Map.of("two", "device", "three", "device", "four", "device");
      await().atMost(Duration.ofMinutes(1)).until(() -> tiers(job).equals(there));
      for (Result before : first.subList(1, 4)) {
        Result again =
            job.topics().ask(Objects.requireNonNull(before.sessionId()), "What is my name?");
        assertThat(again.text()).contains("Zorvek");
        assertThat(usage(again).cachedTokens())
            .isGreaterThanOrEqualTo(
                usage(before).promptTokens() + usage(before).completionTokens() - 1);
      }
      double computed =
          job.topics()
              .awaitReport(report -> report.counters().getOrDefault("device_hit_tokens", 0L) > 0)
              .gauges()
              .getOrDefault("engine_prefill_tokens", 0.0);
      assertThat(computed).isBetween((double) shared, 2.0 * shared);

      // It is theirs, and goes with the last of them.
      List.of("two", "three", "four").forEach(session -> command(job, "session", "end", session));
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> newest(job).gauges().getOrDefault("kv_host_bytes", 1.0) == 0);
    }
  }

  private static Commands command(RunningJob job, String... args) {
    Commands done = job.command(args);
    assertThat(done.code()).as(done.err()).isZero();
    return done;
  }

  /** Where each session's KV is. */
  private static Map<String, String> tiers(RunningJob job) throws Exception {
    Map<String, String> tiers = new TreeMap<>();
    for (String line : command(job, "session", "list", "--json").out().lines().toList()) {
      JsonNode one = JSON.readTree(line);
      tiers.put(one.path("session_id").asText(), one.path("tier").asText());
    }
    return tiers;
  }

  private static Usage ask(RunningJob job, String session, String text) {
    return usage(job.topics().ask(session, text));
  }

  private static MetricsRecord newest(RunningJob job) {
    List<MetricsRecord> all = job.topics().reports();
    return all.get(all.size() - 1);
  }

  private static Usage usage(Result result) {
    return Objects.requireNonNull(result.usage());
  }
}
