package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caudal.cli.console.Console;
import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import io.caudal.protocol.TokenChunk;
import io.caudal.protocol.TokenChunkJson;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
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

  /**
   * Commits come only when asked for, and when a job's tasks have all started, so that what a
   * savepoint commits is known.
   */
  @Test
  void held_nothing_is_answered_twice_by_a_stop_in_vain(@TempDir Path folder) throws Exception {
    Map<String, String> seldom = Map.of("execution.checkpointing.interval", "1h");
    try (RunningJob job = RunningJob.start(folder, Map.of(), seldom)) {
      Topics topics = job.topics();
      Console console = new Console(job.kafka());
      send(topics, "before", "other", 60);
      topics.await(TOPICS.tokensTopic(), 1, value -> TokenChunkJson.read(value).last());
      assertThat(console.holdResults(Duration.ofMinutes(5), Duration.ofMinutes(1)).isApplied())
          .isTrue();
      job.stopInVain(
          () -> {
            sendRefused(topics, "refused");
            send(topics, "held", 60);
            await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> streamed(topics, "held").equals(streamed(topics, "before")));
          });
      send(topics, "after", 5);
      topics.await(
          TOPICS.tokensTopic(),
          1,
          value ->
              TokenChunkJson.read(value).requestId().equals("after")
                  && TokenChunkJson.read(value).last());
      var unused = job.checkpoint();
      assertThat(result(topics, "after").turn()).isEqualTo(2);
      assertThat(result(topics, "held").text()).isEqualTo(result(topics, "before").text());
      assertThat(result(topics, "refused").failure()).isNotNull();
      assertThat(topics.all(TOPICS.resultsTopic())).hasSize(4);
      topics.await(TOPICS.deadLetterTopic(), 1, value -> true);
      assertThat(topics.all(TOPICS.deadLetterTopic())).hasSize(1);
    }
  }

  @Test
  void held_results_come_when_they_are_released(@TempDir Path folder) throws Exception {
    try (RunningJob job = RunningJob.start(folder, Map.of())) {
      assertThat(job.command("hold", "--seconds", "300").code()).isZero();
      sendRefused(job.topics(), "refused");
      send(job.topics(), "first", 5);
      job.topics().await(TOPICS.tokensTopic(), 5, value -> true);
      job.loseTaskManager();
      var unused = job.topics().await(TOPICS.tokensTopic(), 6, value -> true);
      assertThat(job.topics().all(TOPICS.resultsTopic())).isEmpty();
      assertThat(job.topics().all(TOPICS.deadLetterTopic())).isEmpty();

      assertThat(job.command("hold", "--release").code()).isZero();
      assertThat(result(job.topics(), "refused").failure()).isNotNull();
      job.topics().await(TOPICS.deadLetterTopic(), 1, value -> true);
      assertThat(job.topics().all(TOPICS.deadLetterTopic())).hasSize(1);
      assertThat(result(job.topics(), "first").usage().completionTokens()).isEqualTo(5);
      assertThat(job.command("hold", "--seconds", "1").code()).isZero();
      send(job.topics(), "second", 5);
      assertThat(result(job.topics(), "second").turn()).isEqualTo(2);
    }
  }

  /** As an application that is started with a job id, or with high availability, has it. */
  @Test
  void the_next_job_is_not_held_though_it_has_the_same_id(@TempDir Path folder) throws Exception {
    try (RunningJob job = RunningJob.start(folder, Map.of())) {
      assertThat(job.command("hold", "--seconds", "3000").code()).isZero();
      sendRefused(job.topics(), "refused");
      send(job.topics(), "first", 5);
      job.topics().await(TOPICS.tokensTopic(), 5, value -> true);
      job.stopAndStartAgain();
      assertThat(result(job.topics(), "refused").failure()).isNotNull();
      assertThat(result(job.topics(), "first").usage().completionTokens()).isEqualTo(5);
    }
  }

  private static String streamed(Topics topics, String id) {
    return topics.all(TOPICS.tokensTopic()).stream()
        .map(TokenChunkJson::read)
        .filter(piece -> piece.requestId().equals(id))
        .map(TokenChunk::text)
        .collect(Collectors.joining());
  }

  private static void send(Topics topics, String id, int tokens) {
    send(topics, id, "s", tokens);
  }

  private static void send(Topics topics, String id, String session, int tokens) {
    topics.send(
        TOPICS.requestsTopic(),
        session,
        String.format(
            "{\"request_id\":\"%s\",\"prompt\":\"Once\",\"max_tokens\":%d,\"ignore_eos\":true}",
            id, tokens));
  }

  /** One that is answered with what is wrong, and one that nobody can answer. */
  private static void sendRefused(Topics topics, String id) {
    String negative = "{\"request_id\":\"" + id + "\",\"prompt\":\"Once\",\"max_tokens\":-1}";
    topics.send(TOPICS.requestsTopic(), "s", negative);
    topics.send(TOPICS.requestsTopic(), "s", "{broken");
  }

  private static Result result(Topics topics, String id) {
    return ResultJson.read(
        topics
            .await(TOPICS.resultsTopic(), 1, value -> ResultJson.read(value).requestId().equals(id))
            .get(0));
  }
}
