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
class StageTimeoutsJobTest {
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

      assertThat(job.command("config", "set", "request.first-token-timeout=1h").code()).isZero();
      Result answered = answer(job, "patient");
      assertThat(answered.failure()).isNull();
      assertThat(answered.turn()).isEqualTo(1);
    }
  }

  @Test
  void tokens_that_take_too_long_end_the_request_and_not_the_session(@TempDir Path folder)
      throws Exception {
    Map<String, String> hasty =
        Map.of("engine.speculative-tokens", "0", "request.decode-timeout", "1ms");
    try (RunningJob job = RunningJob.start(folder, hasty)) {
      assertThat(answer(job, "s", "late", 20, 1500).failure())
          .isEqualTo(
              new Failure(
                  ErrorCode.TIMEOUT, "tokens came for longer than request.decode-timeout = 1 ms"));
      job.topics()
          .awaitReport(report -> report.counters().getOrDefault("decode_timeouts", 0L) == 1);

      assertThat(job.command("config", "set", "request.decode-timeout=1h").code()).isZero();
      Result answered = answer(job, "s", "patient", 20, 40);
      assertThat(answered.failure()).isNull();
      assertThat(answered.turn()).isEqualTo(1);
      assertThat(answered.usage().completionTokens()).isEqualTo(40);
    }
  }

  /** A millisecond is enough for a part of some thousand blocks at most. */
  @Test
  void kv_that_is_not_read_in_time_is_computed_again(@TempDir Path folder) throws Exception {
    Map<String, String> none =
        Map.of(
            "kv.device.tokens",
            "4096",
            "kv.host.bytes",
            "0",
            "kv.restore-timeout",
            "1ms",
            "kv.block-bytes",
            "4kb");
    try (RunningJob job = RunningJob.start(folder, none)) {
      assertThat(answer(job, "whole", "w-1", 1900, 2).failure()).isNull();
      Result whole = answer(job, "whole", "w-2", 3, 8);
      assertThat(whole.usage().cachedTokens()).isGreaterThan(1900); // it was on the device

      assertThat(answer(job, "part", "p-1", 1900, 2).failure()).isNull();
      assertThat(job.command("cache", "clear", "--all", "--tier", "device").code()).isZero();
      Result part = answer(job, "part", "p-2", 3, 8);
      job.topics()
          .awaitReport(report -> report.counters().getOrDefault("restore_timeouts", 0L) == 1);
      assertThat(part.usage().cachedTokens()).isLessThan(1900);
      assertThat(part.text()).isEqualTo(whole.text());
    }
  }

  private static Result answer(RunningJob job, String id) {
    return answer(job, "s", id, 1900, 3);
  }

  private static Result answer(
      RunningJob job, String session, String id, int promptTokens, int maxTokens) {
    String ids =
        IntStream.range(0, promptTokens)
            .mapToObj(n -> Integer.toString(5 + n % 400))
            .collect(Collectors.joining(","));
    job.topics()
        .send(
            TOPICS.requestsTopic(),
            session,
            String.format(
                "{\"request_id\":\"%s\",\"prompt_ids\":[%s],\"max_tokens\":%d,\"ignore_eos\":true}",
                id, ids, maxTokens));
    return ResultJson.read(
        job.topics()
            .await(TOPICS.resultsTopic(), 1, value -> ResultJson.read(value).requestId().equals(id))
            .get(0));
  }
}
