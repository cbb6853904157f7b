package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import io.caudal.protocol.TokenChunkJson;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Savepoints that earlier versions wrote are read by this one: sessions with KV of two codecs and
 * scores, an answer that runs, a request that waits behind it, remembered results, live settings.
 * For a new one, write a {@code script.json} into a new folder and run with {@code
 * CAUDAL_UPDATE=1}. One that exists is never written again.
 */
@Timeout(300)
class GoldenSavepointTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Time goes on for a savepoint that lies: by default its sessions end after a week. */
  private static final Map<String, String> KEPT_FOR_YEARS =
      Map.of("kv.state.ttl", "3650d", "request.sessionless-ttl", "3650d");

  private static final Path ALL = Path.of("src", "test", "resources", "golden", "savepoint");

  static Stream<Path> versions() throws IOException {
    try (Stream<Path> folders = Files.list(ALL)) {
      return folders.sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("versions")
  void is_gone_on_from(Path version, @TempDir Path folder) throws Exception {
    JsonNode script = JSON.readTree(version.resolve("script.json").toFile());
    if (!Files.exists(version.resolve("savepoint")) && System.getenv("CAUDAL_UPDATE") != null) {
      record(version, script, folder.resolve("recording"));
    }
    JsonNode answers = JSON.readTree(version.resolve("answers.json").toFile());
    try (RunningJob job = RunningJob.start(folder, KEPT_FOR_YEARS)) {
      // Offsets in the savepoint count on the records that were there.
      job.drop();
      sendAll(job.topics(), script, "control", "before", "running");

      job.resume(version.resolve("savepoint").toAbsolutePath().toUri().toString());
      sendAll(job.topics(), script, "after");

      assertThat(answers(job.topics(), script)).isEqualTo(answers);
      assertThat(result(job.topics(), "recall", false).usage().cachedTokens()).isPositive();
      assertThat(job.topics().all(TOPICS.resultsTopic()))
          .as("what was answered before comes only where it is asked again")
          .hasSize(script.path("running").size() + script.path("after").size());
      assertThat(settings(job.topics())).containsAllEntriesOf(changed(script));
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(() -> assertThat(answersGoneOnWith(job.topics())).isEqualTo(1));
    }
  }

  private static void record(Path version, JsonNode script, Path folder) throws Exception {
    try (RunningJob job = RunningJob.start(folder, Map.of())) {
      sendAll(job.topics(), script, "control");
      job.topics().await(TOPICS.acksTopic(), 2, value -> true);
      sendAll(job.topics(), script, "before");
      for (JsonNode request : script.path("before")) {
        result(job.topics(), request.path("request_id").asText(), false);
      }
      sendAll(job.topics(), script, "running");
      String running = script.path("running").path(0).path("request_id").asText();
      job.topics()
          .await(
              TOPICS.tokensTopic(),
              20,
              value -> TokenChunkJson.read(value).requestId().equals(running));
      String savepoint = job.savepoint();
      assertThat(job.topics().all(TOPICS.resultsTopic())).hasSize(script.path("before").size());
      FileUtils.copyDirectory(
          Path.of(URI.create(savepoint)).toFile(), version.resolve("savepoint").toFile());
      job.resume(savepoint);
      sendAll(job.topics(), script, "after");
      JSON.writerWithDefaultPrettyPrinter()
          .writeValue(version.resolve("answers.json").toFile(), answers(job.topics(), script));
    }
  }

  private static void sendAll(Topics topics, JsonNode script, String... parts) {
    for (String part : parts) {
      for (JsonNode record : script.path(part)) {
        if (record.has("session_id")) {
          String session = record.path("session_id").asText();
          topics.send(TOPICS.requestsTopic(), session, record.toString());
        } else {
          String topic = part.equals("control") ? TOPICS.controlTopic() : TOPICS.requestsTopic();
          topics.sendTo(0, topic, record.toString());
        }
      }
    }
  }

  /** By request id: text and turn, of those that ran at the savepoint and those after it. */
  private static ObjectNode answers(Topics topics, JsonNode script) {
    ObjectNode answers = JSON.createObjectNode();
    for (String part : new String[] {"running", "after"}) {
      for (JsonNode request : script.path(part)) {
        String id = request.path("request_id").asText();
        Result result = result(topics, id, isAskedAgain(script, id));
        answers.set(
            id,
            JSON.createObjectNode()
                .put("text", result.text())
                .put("turn", result.turn())
                .put("repeated", result.repeated()));
      }
    }
    return answers;
  }

  private static boolean isAskedAgain(JsonNode script, String id) {
    return script.path("before").findValuesAsText("request_id").contains(id);
  }

  private static Result result(Topics topics, String id, boolean repeated) {
    return ResultJson.read(
        topics
            .await(
                TOPICS.resultsTopic(),
                1,
                value -> {
                  Result result = ResultJson.read(value);
                  return result.requestId().equals(id) && (!repeated || result.repeated());
                })
            .get(0));
  }

  /** Of the answers since the job went on, those that were not begun since. */
  private static long answersGoneOnWith(Topics topics) {
    Comparator<MetricsRecord> later =
        Comparator.comparingLong(MetricsRecord::attempt)
            .thenComparing(MetricsRecord::windowEndMillis);
    // Each subtask numbers its runs.
    Map<Integer, MetricsRecord> latest =
        topics.reports().stream()
            .collect(
                Collectors.toMap(
                    MetricsRecord::subtask, report -> report, BinaryOperator.maxBy(later)));
    return sum(latest, "results_ok") + sum(latest, "results_repeated") - sum(latest, "requests");
  }

  private static long sum(Map<Integer, MetricsRecord> reports, String name) {
    return reports.values().stream()
        .mapToLong(report -> report.counters().getOrDefault(name, 0L))
        .sum();
  }

  private static Map<String, String> changed(JsonNode script) {
    return JSON.convertValue(
        script.path("control").path(0).path("set"), new TypeReference<Map<String, String>>() {});
  }

  private static Map<String, String> settings(Topics topics) {
    MetricsRecord record = topics.awaitReport(report -> !report.about().settings().isEmpty());
    return record.about().settings();
  }
}
