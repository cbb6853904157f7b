package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.ControlAckJson;
import io.caudal.protocol.Result;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A session without KV in state lives on from its tokens. */
class PersistJobTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));

  @Test
  void a_session_whose_kv_is_not_stored_is_rebuilt_from_its_tokens(@TempDir Path folder)
      throws Exception {
    // A job that restarts finds no engine, so nothing but state.
    Map<String, String> settings =
        Map.of("engine.linger", "0ms", "kv.host.bytes", "0", "kv.persist", "never");
    try (RunningJob job = RunningJob.start(folder, settings)) {
      job.topics().ask("s", "My name is Zorvek.");
      job.loseTaskManager();
      Result rebuilt = job.topics().ask("s", "What is my name?");
      assertThat(rebuilt.text()).contains("Zorvek");
      assertThat(Objects.requireNonNull(rebuilt.usage()).cachedTokens()).isZero();

      persistAlways(job);
      job.topics().ask("s", "Thank you!");
      job.loseTaskManager();
      Result restored = job.topics().ask("s", "What's my name?");
      assertThat(restored.text()).contains("Zorvek");
      assertThat(Objects.requireNonNull(restored.usage()).cachedTokens())
          .isGreaterThan(Objects.requireNonNull(rebuilt.usage()).promptTokens());
    }
  }

  private static void persistAlways(RunningJob job) {
    job.topics()
        .send(
            TOPICS.controlTopic(),
            "x",
            "{\"change_id\":\"c\",\"set\":{\"kv.persist\":\"always\"}}");
    assertThat(job.topics().await(TOPICS.acksTopic(), 2, value -> true))
        .allSatisfy(ack -> assertThat(ControlAckJson.read(ack).problems()).isEmpty());
  }
}
