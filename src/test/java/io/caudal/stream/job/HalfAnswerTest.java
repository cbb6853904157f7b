package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caudal.cli.Commands;
import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.ResultJson;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands say of a job of which one of two subtasks doesn't get on. */
class HalfAnswerTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));
  private static final int ANSWERS = 40;

  /** Large answers, which the broker takes slowly, keep their subtask from reading. */
  @Test
  void a_change_that_one_of_two_has_applied_is_said_to_hold_there(@TempDir Path folder)
      throws Exception {
    try (RunningJob job =
        RunningJob.start(folder, Map.of("kafka.client.buffer.memory", "300000"))) {
      new Load(job, 2).send("warm", 1, 10, 4).await();
      job.throttleProducers(20_000);
      sessionsOfSubtask0()
          .forEach(one -> job.topics().send(TOPICS.requestsTopic(), one, large(one)));

      AtomicInteger batch = new AtomicInteger(15);
      Commands half =
          await()
              .atMost(Duration.ofMinutes(1))
              .until(
                  () -> set(job, batch.decrementAndGet()), done -> done.out().contains("1 of 2"));
      assertThat(half.code()).isEqualTo(1);
      assertThat(half.out())
          .containsPattern("subtask 1  version \\d+  engine.max-batch \\d+ -> " + batch)
          .contains("subtask 0  no acknowledgement")
          .contains("not all subtasks have acknowledged within 2 s")
          .contains("it is made when the job reads it")
          .contains("in force, as last heard: engine.max-batch = ", batch + " (subtask 1)")
          .containsPattern("= .*\\d+ \\(subtask 0\\)")
          .contains("applied by 1 of 2 subtasks");
      String entry = "engine.max-batch .*-> " + batch + ".*";
      assertThat(job.command("config", "history").out()).containsPattern(entry + "1 of 2");

      job.throttleProducers(1e9);
      job.topics()
          .await(
              TOPICS.resultsTopic(),
              ANSWERS,
              value -> ResultJson.read(value).requestId().startsWith("large-"));
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () ->
                  assertThat(job.command("config", "history").out())
                      .containsPattern(entry + "2 of 2"));
    }
  }

  private static Commands set(RunningJob job, int batch) {
    return job.command("config", "set", "--timeout", "2", "engine.max-batch=" + batch);
  }

  private static List<String> sessionsOfSubtask0() {
    return Stream.iterate(0, i -> i + 1)
        .map(i -> "large-" + i)
        .filter(one -> KeyGroupRangeAssignment.assignKeyToParallelOperator(one, 128, 2) == 0)
        .limit(ANSWERS)
        .toList();
  }

  private static String large(String session) {
    return String.format(
        "{\"request_id\":\"%s\",\"session_id\":\"%s\",\"prompt_ids\":[7,8],\"max_tokens\":60,"
            + "\"ignore_eos\":true,\"logprobs\":true,\"top_logprobs\":20}",
        session, session);
  }
}
