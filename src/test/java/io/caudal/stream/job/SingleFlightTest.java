package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.ControlAck;
import io.caudal.protocol.ControlAckJson;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import io.caudal.protocol.TokenChunkJson;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Identical requests without a session that meet in a job. */
class SingleFlightTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));

  @Test
  void they_run_once_across_a_crash_until_that_is_switched_off(@TempDir Path folder)
      throws Exception {
    try (RunningJob job = RunningJob.start(folder, Map.of())) {
      Topics topics = job.topics();
      send(topics, "first", 1900);
      topics.await(
          TOPICS.tokensTopic(), 1, value -> TokenChunkJson.read(value).requestId().equals("first"));
      send(topics, "second", 1900);
      send(topics, "third", 1900);
      job.loseTaskManager();

      Result first = only(topics, "first");
      assertThat(first.repeated()).isFalse();
      assertThat(first.text()).isNotEmpty();
      for (String id : List.of("second", "third")) {
        Result later = only(topics, id);
        assertThat(later.repeated()).isTrue();
        assertThat(later.text()).isEqualTo(first.text());
        assertThat(later.usage()).isEqualTo(first.usage());
      }

      topics.send(
          TOPICS.controlTopic(),
          "x",
          "{\"change_id\":\"off\",\"set\":{\"request.single-flight\":false,"
              + "\"engine.batch-linger\":\"2ms\",\"engine.tenant-weights\":\"a=2\"}}");
      List<ControlAck> acks =
          topics.await(TOPICS.acksTopic(), 2, value -> true).stream()
              .map(ControlAckJson::read)
              .toList();
      assertThat(acks).allSatisfy(ack -> assertThat(ack.applied()).hasSize(3));
      send(topics, "fourth", 8);
      send(topics, "fifth", 8);
      assertThat(only(topics, "fifth").text()).isEqualTo(only(topics, "fourth").text());
      assertThat(only(topics, "fourth").repeated()).isFalse();
      assertThat(only(topics, "fifth").repeated()).isFalse();
    }
  }

  private static void send(Topics topics, String id, int maxTokens) {
    topics.send(
        TOPICS.requestsTopic(),
        null,
        String.format(
            "{\"request_id\":\"%s\",\"prompt\":\"Once\",\"max_tokens\":%d}", id, maxTokens));
  }

  private static Result only(Topics topics, String id) {
    topics.await(TOPICS.resultsTopic(), 1, value -> id(value).equals(id));
    List<Result> results =
        topics.all(TOPICS.resultsTopic()).stream()
            .map(ResultJson::read)
            .filter(result -> result.requestId().equals(id))
            .toList();
    assertThat(results).hasSize(1);
    return results.get(0);
  }

  private static String id(byte[] result) {
    return ResultJson.read(result).requestId();
  }
}
