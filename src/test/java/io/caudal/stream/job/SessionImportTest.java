package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.Failure;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may come between the chunks of an import, and chunks that nobody exported. */
class SessionImportTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));

  @SuppressWarnings("NullAway.Init")
  private static RunningJob job;

  @SuppressWarnings("NullAway.Init")
  private static List<String> chunks;

  @BeforeAll
  static void export(@TempDir Path folder) throws Exception {
    job = RunningJob.start(folder, Map.of("kv.block-bytes", "8kb"));
    job.topics().ask("origin", "My name is Zorvek.");
    Path file = folder.resolve("origin.jsonl");
    assertThat(job.command("session", "export", "origin", "--file", file.toString()).code())
        .isZero();
    chunks = Files.readAllLines(file);
    assertThat(chunks).hasSizeGreaterThan(2);
  }

  @AfterAll
  static void stop() {
    job.close();
  }

  @Test
  void a_savepoint_that_has_the_last_chunk_but_not_its_answer_loses_nothing() throws Exception {
    int last = chunks.size() - 1;
    for (int i = 0; i < last; i++) {
      assertThat(imported("copy", i, chunks.get(i)).failure()).isNull();
    }
    assertThat(job.command("hold").code()).isZero();
    send("copy", last, chunks.get(last));
    awaitTaken();
    job.rescale(2);

    assertThat(result("copy", last).failure()).isNull();
    assertThat(job.command("session", "show", "copy").code()).isZero();
    assertThat(job.topics().ask("copy", "What is my name?").turn()).isEqualTo(2);
  }

  @Test
  void a_session_that_began_between_two_chunks_stays() {
    int last = chunks.size() - 1;
    for (int i = 0; i < last; i++) {
      assertThat(imported("taken", i, chunks.get(i)).failure()).isNull();
    }
    assertThat(job.topics().ask("taken", "I live in Rome.").turn()).isEqualTo(1);

    assertThat(failure(imported("taken", last, chunks.get(last))).code())
        .isEqualTo(ErrorCode.SESSION_EXISTS);
    assertThat(job.topics().ask("taken", "Where do I live?").turn()).isEqualTo(2);
  }

  @Test
  void tokens_and_kv_that_cannot_be_are_refused_with_the_first_chunk() {
    refused("tokens", 0);
    refused("tokens", Integer.MAX_VALUE);
    refused("kv_tokens", 2000);
    refused("kv_from", 1);
    refused("block_tokens", 0);
    assertThat(job.topics().ask("after", "Hello!").turn()).isEqualTo(1);
  }

  @Test
  void nor_does_one_that_has_a_refusal_but_not_its_answer() throws Exception {
    for (int i = 0; i < 2; i++) {
      assertThat(imported("broken", i, chunks.get(i)).failure()).isNull();
    }
    assertThat(job.command("hold").code()).isZero();
    send("broken", 2, chunks.get(2).replaceFirst("\"data\":\"....", "\"data\":\"AAAA"));
    awaitTaken();
    job.rescale(2);

    assertThat(failure(result("broken", 2)).code()).isEqualTo(ErrorCode.IMPORT_DAMAGED);
  }

  /** Waits until the job has what was sent last at hand. */
  private static void awaitTaken() {
    long sent = System.currentTimeMillis();
    MetricsRecord unused =
        job.topics()
            .awaitReport(
                report ->
                    report.windowStartMillis() > sent
                        && report.gauges().getOrDefault("at_hand", 0.0) > 0);
  }

  private static void refused(String field, int value) {
    String session = field + "-" + value;
    String chunk =
        chunks.get(0).replaceFirst("\"" + field + "\":\\d+", "\"" + field + "\":" + value);
    assertThat(chunk).isNotEqualTo(chunks.get(0));
    Failure failure = failure(imported(session, 0, chunk));
    assertThat(failure.code()).isEqualTo(ErrorCode.IMPORT_DAMAGED);
    assertThat(failure.message()).contains(Integer.toString(value));
    assertThat(job.command("session", "show", session).code()).isEqualTo(1);
  }

  private static Failure failure(Result result) {
    return Objects.requireNonNull(result.failure());
  }

  private static Result imported(String session, int sequence, String chunk) {
    send(session, sequence, chunk);
    return result(session, sequence);
  }

  private static void send(String session, int sequence, String chunk) {
    job.topics()
        .send(
            TOPICS.requestsTopic(),
            session,
            String.format(
                "{\"type\":\"import\",\"request_id\":\"%s\",\"session_id\":\"%s\",\"chunk\":%s}",
                id(session, sequence), session, chunk));
  }

  private static Result result(String session, int sequence) {
    String id = id(session, sequence);
    byte[] answer =
        job.topics()
            .await(TOPICS.resultsTopic(), 1, value -> ResultJson.read(value).requestId().equals(id))
            .get(0);
    return ResultJson.read(answer);
  }

  private static String id(String session, int sequence) {
    return session + "-chunk-" + sequence;
  }
}
