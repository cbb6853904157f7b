package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.ControlAckJson;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.Result;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A session whose KV was written with another codec at each turn, and read back at each. */
class MixedCodecJobTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));

  private int changes;

  @Test
  void a_session_is_restored_whatever_codecs_it_was_written_with(@TempDir Path folder)
      throws Exception {
    // A job that restarts finds no engine, so nothing but state. Blocks are of 16 tokens.
    Map<String, String> settings =
        Map.of("engine.linger", "0ms", "kv.host.bytes", "0", "kv.recent-tokens", "32");
    try (RunningJob job = RunningJob.start(folder, settings)) {
      ask(job, "My name is Zorvek.");
      awaitCounters(job, counters -> counters.getOrDefault("stored_raw_bytes", 0L) > 0);
      assertThat(counters(job)).noneMatch(storedShareBelow(0.99));
      change(job, "\"kv.codec\":\"int8\"");
      ask(job, "How are you?");
      job.loseTaskManager();
      change(job, "\"kv.codec\":\"int4\",\"kv.compression\":\"zstd\"");
      ask(job, "My dog is called Brimbo.");
      job.loseTaskManager();
      change(job, "\"kv.use-compression\":true,\"kv.compression-ratio\":2.5");
      ask(job, "Thank you!");
      job.loseTaskManager();

      assertThat(ask(job, "What is my dog's name?").text()).contains("Brimbo");
      awaitCounters(job, storedShareBelow(0.9));
      job.loseTaskManager();
      assertThat(ask(job, "What is my name?").text()).contains("Zorvek");
      awaitCounters(job, counters -> counters.getOrDefault("restored_tokens", 0L) > 0);
      assertThat(counters(job))
          .allMatch(counters -> counters.getOrDefault("block_misses", 0L) == 0);
    }
  }

  private static List<Map<String, Long>> counters(RunningJob job) {
    return job.topics().reports().stream().map(MetricsRecord::counters).toList();
  }

  /** Waits until a subtask counted so; counters begin at 0 with each attempt. */
  private static void awaitCounters(RunningJob job, Predicate<Map<String, Long>> wanted) {
    job.topics().awaitReport(report -> wanted.test(report.counters()));
  }

  /** What was written to state is at most this share of what the device held of it. */
  private static Predicate<Map<String, Long>> storedShareBelow(double share) {
    return counters ->
        counters.getOrDefault("stored_bytes", 0L)
            < share * counters.getOrDefault("stored_raw_bytes", 0L);
  }

  private void change(RunningJob job, String set) {
    String id = "c" + changes++;
    job.topics()
        .send(
            TOPICS.controlTopic(),
            "x",
            String.format("{\"change_id\":\"%s\",\"set\":{%s}}", id, set));
    assertThat(
            job.topics()
                .await(
                    TOPICS.acksTopic(),
                    2,
                    value -> ControlAckJson.read(value).changeId().equals(id)))
        .allSatisfy(ack -> assertThat(ControlAckJson.read(ack).problems()).isEmpty());
  }

  private static Result ask(RunningJob job, String text) {
    Result result = job.topics().ask("mixed", text);
    if (result.turn() > 1) {
      assertThat(result.usage().cachedTokens()).isGreaterThan(result.usage().promptTokens() / 4);
    }
    return result;
  }
}
