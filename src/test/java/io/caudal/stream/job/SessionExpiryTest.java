package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import java.nio.file.Path;
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
