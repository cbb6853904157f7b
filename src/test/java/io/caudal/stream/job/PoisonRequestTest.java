package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.engine.host.BreakableModelFactory;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.Failure;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import io.caudal.protocol.TokenChunkJson;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A request that breaks the engine each time it is tried. */
@Timeout(300)
class PoisonRequestTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));
  private static final Map<String, String> SETTINGS =
      Map.of("model.name", BreakableModelFactory.NAME, "engine.step-loops", "1");

  @Test
  void it_is_answered_and_the_job_goes_on(@TempDir Path folder) throws Exception {
    try (RunningJob job = RunningJob.start(folder, SETTINGS)) {
      Topics topics = job.topics();

      // Beside another: only the poison fails, and nothing restarts.
      send(topics, "long", "\"prompt\":\"Once\",\"max_tokens\":600,\"ignore_eos\":true");
      topics.await(
          TOPICS.tokensTopic(), 1, value -> TokenChunkJson.read(value).requestId().equals("long"));
      send(topics, "beside", poison());
      Result beside = result(topics, "beside");
      assertThat(failure(beside).code()).isEqualTo(ErrorCode.BREAKS_ENGINE);
      assertThat(failure(beside).message()).contains("not on the others", "1023");
      Result other = result(topics, "long");
      assertThat(other.failure()).isNull();
      assertThat(other.usage().completionTokens()).isEqualTo(600);
      assertThat(other.attempt()).isIn(1L, 2L); // a number for each subtask

      // Alone it could be the engine's fault: new engines are tried.
      send(topics, "alone", poison());
      Result alone = result(topics, "alone");
      assertThat(failure(alone).code()).isEqualTo(ErrorCode.BREAKS_ENGINE);
      assertThat(failure(alone).message()).contains("3 times", "request.max-attempts = 3");
      assertThat(alone.attempt()).isGreaterThan(2);

      send(topics, "after", "\"prompt\":\"Once\",\"max_tokens\":4");
      assertThat(result(topics, "after").failure()).isNull();
      send(topics, "alone", poison());
      List<byte[]> both =
          topics.await(TOPICS.resultsTopic(), 2, value -> id(value).equals("alone"));
      assertThat(ResultJson.read(both.get(1)).repeated()).isTrue();
    }
  }

  private static String poison() {
    return "\"prompt_ids\":[5," + BreakableModelFactory.POISON + "],\"max_tokens\":4";
  }

  private static void send(Topics topics, String id, String fields) {
    topics.send(
        TOPICS.requestsTopic(), "s-" + id, "{\"request_id\":\"" + id + "\"," + fields + "}");
  }

  private static Result result(Topics topics, String id) {
    return ResultJson.read(
        topics.await(TOPICS.resultsTopic(), 1, value -> id(value).equals(id)).get(0));
  }

  private static Failure failure(Result result) {
    return Objects.requireNonNull(result.failure());
  }

  private static String id(byte[] result) {
    return ResultJson.read(result).requestId();
  }
}
