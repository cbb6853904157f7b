package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.HostileAudit;
import io.caudal.protocol.HostileKind;
import io.caudal.protocol.HostileRequest;
import io.caudal.protocol.HostileRequests;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hostile requests through the whole job: each is accounted for, and others are answered. {@code
 * -Dhostile.requests=N} for more.
 */
@Timeout(300)
class HostileInputTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));
  private static final int REQUESTS = Integer.getInteger("hostile.requests", 3000);
  private static final int LARGE = 3;
  private static final int WELL_FORMED_EVERY = 50;

  private final HostileRequests hostile = new HostileRequests(2026, "h-", 10 << 20);
  private final HostileAudit audit = new HostileAudit();
  private final Set<String> wellFormed = new HashSet<>();

  @Test
  void each_ends_as_a_result_or_a_dead_letter_and_the_job_never_restarts(@TempDir Path folder)
      throws Exception {
    try (RunningJob job = RunningJob.start(folder, Map.of())) {
      Topics topics = job.topics();
      sendAll(topics);
      topics.await(TOPICS.resultsTopic(), audit.results(), value -> true);
      topics.await(TOPICS.deadLetterTopic(), audit.letters(), value -> true);

      audit.checkLetters(topics.all(TOPICS.deadLetterTopic()));
      List<Result> results =
          topics.all(TOPICS.resultsTopic()).stream().map(ResultJson::read).toList();
      audit.checkResults(results);
      assertThat(results)
          .filteredOn(one -> wellFormed.contains(one.requestId()))
          .hasSameSizeAs(wellFormed)
          .allSatisfy(one -> assertThat(one.failure()).isNull())
          .allSatisfy(one -> assertThat(one.usage().completionTokens()).isPositive());
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
      audit.sent(sent.get(i), place.partition(), place.offset());
    }
  }
}
