package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.DeadLetter;
import io.caudal.protocol.DeadLetterJson;
import io.caudal.protocol.HostileKind;
import io.caudal.protocol.HostileRequest;
import io.caudal.protocol.HostileRequests;
import io.caudal.protocol.ParseOutcome;
import io.caudal.protocol.Rejection;
import io.caudal.protocol.RequestParser;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hostile requests through the whole job: each is accounted for, and others don't notice. */
@Timeout(300)
class HostileInputTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));
  private static final int REQUESTS = 3000;
  private static final int LARGE = 3;
  private static final int WELL_FORMED_EVERY = 50;

  private final HostileRequests hostile = new HostileRequests(2026, "h-", 10 << 20);
  private final RequestParser parser = new RequestParser(1 << 20, 4096);
  private final List<String> wellFormed = new ArrayList<>();

  /** Records that must be dead letters, by partition and offset. */
  private final Map<String, HostileRequest> expectedLetters = new HashMap<>();

  /** How many results each request id must have. */
  private final Map<String, Integer> expectedResults = new HashMap<>();

  @Test
  void each_ends_as_a_result_or_a_dead_letter_and_the_job_never_restarts(@TempDir Path folder)
      throws Exception {
    try (RunningJob job = RunningJob.start(folder, Map.of())) {
      Topics topics = job.topics();
      sendAll(topics);
      int results = expectedResults.values().stream().mapToInt(Integer::intValue).sum();
      topics.await(TOPICS.resultsTopic(), results, value -> true);
      topics.await(TOPICS.deadLetterTopic(), expectedLetters.size(), value -> true);

      checkLetters(topics.all(TOPICS.deadLetterTopic()));
      checkResults(results(topics));
    }
  }

  private void sendAll(Topics topics) throws Exception {
    List<HostileRequest> sent = new ArrayList<>();
    List<Future<RecordMetadata>> places = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      boolean large = i % (REQUESTS / LARGE) == 7;
      sent.add(large ? hostile.next(HostileKind.TOO_LARGE) : hostile.next());
      if (i % WELL_FORMED_EVERY == 0) {
        sent.add(hostile.wellFormed("good-" + i));
        wellFormed.add("good-" + i);
      }
    }
    for (HostileRequest one : sent) {
      places.add(topics.post(TOPICS.requestsTopic(), one.key(), one.value()));
    }
    for (int i = 0; i < sent.size(); i++) {
      RecordMetadata place = places.get(i).get();
      expect(sent.get(i), place.partition() + ":" + place.offset());
    }
  }

  /** The parser alone, which its own tests check, says what must become of a record. */
  private void expect(HostileRequest sent, String place) {
    ParseOutcome outcome = parser.parse(sent.key(), sent.value(), "", 0, 0, 0);
    Rejection rejection = outcome.rejection();
    if (rejection != null && rejection.deadLetter() != null) {
      expectedLetters.put(place, sent);
    }
    String id =
        outcome.request() != null
            ? outcome.request().requestId()
            : Objects.requireNonNull(rejection).requestId();
    if (id != null) {
      expectedResults.merge(id, 1, Integer::sum);
    }
  }

  private void checkLetters(List<byte[]> values) {
    assertThat(values).hasSize(expectedLetters.size());
    for (byte[] json : values) {
      DeadLetter letter = DeadLetterJson.read(json);
      HostileRequest sent = expectedLetters.remove(letter.partition() + ":" + letter.offset());
      assertThat(sent).as("%s", letter).isNotNull();
      byte[] value = sent.value() == null ? new byte[0] : sent.value();
      assertThat(letter.originalBytes()).isEqualTo(value.length);
      byte[] kept = Arrays.copyOf(value, Math.min(value.length, DeadLetter.MOST_BYTES));
      assertThat(Arrays.equals(letter.original(), kept)).as("%s", sent).isTrue();
    }
  }

  private void checkResults(Map<String, List<Result>> results) {
    Map<String, Integer> counts = new HashMap<>();
    results.forEach((id, answers) -> counts.put(id, answers.size()));
    assertThat(counts).isEqualTo(expectedResults);
    results.forEach(
        (id, answers) -> {
          // The first run of a job is 1 and each restart a higher number; 0 is the parser's.
          assertThat(answers).allSatisfy(one -> assertThat(one.attempt()).isBetween(0L, 1L));
          if (id.contains("twice")) {
            assertThat(answers).filteredOn(one -> !one.repeated()).hasSize(1);
          }
        });
    for (String id : wellFormed) {
      assertThat(results.get(id))
          .singleElement()
          .satisfies(one -> assertThat(one.failure()).isNull())
          .satisfies(one -> assertThat(one.usage().completionTokens()).isPositive());
    }
  }

  private static Map<String, List<Result>> results(Topics topics) {
    Map<String, List<Result>> results = new HashMap<>();
    for (byte[] value : topics.all(TOPICS.resultsTopic())) {
      Result result = ResultJson.read(value);
      results.computeIfAbsent(result.requestId(), id -> new ArrayList<>()).add(result);
    }
    return results;
  }
}
