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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class FirstTokenTimeoutTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));

  /** The prompt takes more than a hundred steps; a millisecond is over long before. */
  @Test
  void a_first_token_that_is_late_ends_the_request_and_not_the_session(@TempDir Path folder)
      throws Exception {
    Map<String, String> hasty =
        Map.of(
            "engine.token-budget", "16",
            "engine.step-loops", "1",
            "request.first-token-timeout", "1ms");
    try (RunningJob job = RunningJob.start(folder, hasty)) {
      assertThat(answer(job, "late").failure())
          .isEqualTo(
              new Failure(ErrorCode.TIMEOUT, "no token within request.first-token-timeout = 1 ms"));
      job.topics()
          .awaitReport(report -> report.counters().getOrDefault("first_token_timeouts", 0L) == 1);

      assertThat(Commands.run(job, "config", "set", "request.first-token-timeout=1h").code())
          .isZero();
      Result answered = answer(job, "patient");
      assertThat(answered.failure()).isNull();
      assertThat(answered.turn()).isEqualTo(1);
    }
  }

  private static Result answer(RunningJob job, String id) {
    String ids =
        IntStream.range(0, 1900)
            .mapToObj(n -> Integer.toString(5 + n % 400))
            .collect(Collectors.joining(","));
    job.topics()
        .send(
            TOPICS.requestsTopic(),
            "s",
            String.format("{\"request_id\":\"%s\",\"prompt_ids\":[%s],\"max_tokens\":3}", id, ids));
    return ResultJson.read(
        job.topics()
            .await(TOPICS.resultsTopic(), 1, value -> ResultJson.read(value).requestId().equals(id))
            .get(0));
  }
}
