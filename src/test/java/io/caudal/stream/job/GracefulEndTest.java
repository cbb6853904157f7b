package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import io.caudal.protocol.TokenChunkJson;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A job that is stopped while it answers, and started again. */
@Timeout(300)
class GracefulEndTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));

  @Test
  void drained_it_finishes_what_it_took_and_goes_on_from_there(@TempDir Path folder)
      throws Exception {
    try (RunningJob job = RunningJob.start(folder, Map.of())) {
      Topics topics = job.topics();
      send(topics, "first", 400);
      send(topics, "second", 5);
      topics.await(
          TOPICS.tokensTopic(), 1, value -> TokenChunkJson.read(value).requestId().equals("first"));

      String savepoint = job.drain();
      assertThat(result(topics, "first").usage().completionTokens()).isEqualTo(400);
      assertThat(result(topics, "second").usage().completionTokens()).isEqualTo(5);
      send(topics, "third", 5);
      assertThat(topics.all(TOPICS.resultsTopic())).hasSize(2);

      job.resume(savepoint);
      Result third = result(topics, "third");
      assertThat(third.turn()).isEqualTo(3);
      assertThat(third.usage().cachedTokens()).isGreaterThan(400);
      assertThat(topics.all(TOPICS.resultsTopic())).hasSize(3);
    }
  }

  private static void send(Topics topics, String id, int tokens) {
    topics.send(
        TOPICS.requestsTopic(),
        "s",
        String.format(
            "{\"request_id\":\"%s\",\"prompt\":\"Once\",\"max_tokens\":%d,\"ignore_eos\":true}",
            id, tokens));
  }

  private static Result result(Topics topics, String id) {
    return ResultJson.read(
        topics
            .await(TOPICS.resultsTopic(), 1, value -> ResultJson.read(value).requestId().equals(id))
            .get(0));
  }
}
