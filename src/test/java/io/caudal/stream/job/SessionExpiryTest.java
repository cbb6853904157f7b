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
  void a_session_that_is_due_while_the_job_stands_still_is_forgotten_then(@TempDir Path folder)
      throws Exception {
    try (RunningJob job = RunningJob.start(folder, Map.of("kv.state.ttl", "10s"))) {
      assertThat(say(job.topics(), "before", "My name is Zorvek.").turn()).isEqualTo(1);
      long due = System.currentTimeMillis() + 10_000;
      String savepoint = job.savepoint();
      await().atMost(Duration.ofMinutes(1)).until(() -> System.currentTimeMillis() > due);
      long resumed = System.currentTimeMillis();
      job.resume(savepoint);
      MetricsRecord unused =
          job.topics()
              .awaitReport(
                  report ->
                      report.windowEndMillis() > resumed
                          && report.counters().getOrDefault("sessions_ended", 0L) == 1);
      assertThat(say(job.topics(), "after", "What is my name?").turn()).isEqualTo(1);
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
