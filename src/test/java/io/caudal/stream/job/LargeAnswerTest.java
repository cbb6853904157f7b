package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.Failure;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An answer that no record holds ends its request, not the job. */
@Timeout(180)
class LargeAnswerTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));

  @Test
  void what_no_result_holds_is_refused_and_the_session_stays(@TempDir Path folder)
      throws Exception {
    try (RunningJob job = RunningJob.start(folder, Map.of("results.max-bytes", "1000"))) {
      Result small = answer(job, "small", "\"max_tokens\":20");
      assertThat(small.failure()).isNull();
      assertThat(small.turn()).isEqualTo(1);

      Failure large =
          Objects.requireNonNull(answer(job, "large", "\"max_tokens\":100,\"n\":8").failure());
      assertThat(large.code()).isEqualTo(ErrorCode.ANSWER_TOO_LARGE);
      assertThat(large.message())
          .containsPattern("would take \\d{4} bytes")
          .contains("the most is 1000 (`results.max-bytes`)");

      Result scored =
          answer(job, "scored", "\"max_tokens\":60,\"logprobs\":true,\"top_logprobs\":20");
      assertThat(scored.failure()).isNull();
      assertThat(Objects.requireNonNull(scored.logprobs()).size())
          .as("as many as there is room for")
          .isLessThan(10);
      assertThat(ResultJson.write(scored).length).isLessThan(2_000);
    }
  }

  private static Result answer(RunningJob job, String id, String more) {
    boolean session = id.equals("small");
    job.topics()
        .send(
            TOPICS.requestsTopic(),
            session ? "s" : null,
            String.format(
                "{\"request_id\":\"%s\",\"prompt\":\"Tell me a story\",\"ignore_eos\":true,%s}",
                id, more));
    return ResultJson.read(
        job.topics()
            .await(TOPICS.resultsTopic(), 1, value -> ResultJson.read(value).requestId().equals(id))
            .get(0));
  }
}
