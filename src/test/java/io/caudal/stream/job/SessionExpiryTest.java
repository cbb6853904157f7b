package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionExpiryTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));

  @Test
  void an_idle_session_is_forgotten(@TempDir Path folder) throws Exception {
    try (RunningJob job = RunningJob.start(folder, Map.of("kv.state.ttl", "1s"))) {
      assertThat(say(job.topics(), "before", "My name is Zorvek.").turn()).isEqualTo(1);
      job.topics().awaitReport(report -> report.counters().getOrDefault("sessions_ended", 0L) == 1);

      Result after = say(job.topics(), "after", "What is my name?");

      assertThat(after.turn()).isEqualTo(1);
      assertThat(after.usage().cachedTokens()).isZero();
      assertThat(after.text()).doesNotContain("Zorvek");
    }
  }

  @Test
  void sessions_that_are_due_all_at_once_after_a_stop_are_all_forgotten(@TempDir Path folder)
      throws Exception {
    int sessions = 500;
    try (RunningJob job = RunningJob.start(folder, Map.of("kv.state.ttl", "10s"))) {
      Topics topics = job.topics();
      for (int i = 0; i < sessions; i++) {
        topics.send(
            TOPICS.requestsTopic(),
            "s" + i,
            String.format(
                "{\"request_id\":\"r%d\",\"prompt_ids\":[%d,7],\"max_tokens\":1}", i, 5 + i % 100));
      }
      topics.await(TOPICS.resultsTopic(), sessions, value -> true);
      long due = System.currentTimeMillis() + 10_000;
      String savepoint = job.savepoint();
      await().atMost(Duration.ofMinutes(1)).until(() -> System.currentTimeMillis() > due);
      long resumed = System.currentTimeMillis();
      job.resume(savepoint);

      Map<Integer, Double> left = new HashMap<>();
      Map<String, Long> ended = new HashMap<>();
      MetricsRecord unused =
          topics.awaitReport(
              report -> {
                if (report.windowEndMillis() > resumed) {
                  left.put(report.subtask(), report.gauges().getOrDefault("sessions", -1.0));
                  ended.put(
                      report.subtask() + " " + report.windowEndMillis(),
                      report.counters().getOrDefault("sessions_ended", 0L));
                }
                return left.size() == 2 && left.values().stream().allMatch(n -> n == 0);
              });
      assertThat(ended.values().stream().mapToLong(n -> n).sum()).isEqualTo(sessions);
    }
  }

  private static Result say(Topics topics, String id, String text) {
    topics.send(
        TOPICS.requestsTopic(),
        "idle",
        String.format(
            "{\"request_id\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}",
            id, text));
    return ResultJson.read(
        topics
            .await(TOPICS.resultsTopic(), 1, value -> ResultJson.read(value).requestId().equals(id))
            .get(0));
  }
}
