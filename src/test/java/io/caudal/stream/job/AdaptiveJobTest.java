package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.ControlAck;
import io.caudal.protocol.ControlAckJson;
import io.caudal.protocol.ControlChange;
import io.caudal.protocol.ControlChangeJson;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The adaptive controller in a running job. */
@Timeout(300)
class AdaptiveJobTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));
  private static final int SESSIONS = 16;
  private static final int TURNS = 20;

  @Test
  void a_batch_of_one_grows_and_what_a_person_sets_stays(@TempDir Path folder) throws Exception {
    try (RunningJob job = RunningJob.start(folder, settings("on"))) {
      Load load = new Load(job, 2);
      busy(load, "a");
      ControlChange first =
          ControlChangeJson.read(
              job.topics().await(TOPICS.controlTopic(), 1, AdaptiveJobTest::isMove).get(0));
      assertThat(first.set()).isEqualTo(Map.of("engine.max-batch", "2"));
      assertThat(first.reason()).contains("1.0 of 1 sequences a step");
      List<byte[]> acks =
          job.topics()
              .await(
                  TOPICS.acksTopic(),
                  2,
                  value -> ControlAckJson.read(value).changeId().equals(first.changeId()));
      assertThat(acks).extracting(ControlAckJson::read).allMatch(AdaptiveJobTest::isFirstStep);
      load.await();
      assertThat(job.command("config", "history").out())
          .containsPattern(
              "adaptive-\\w+ +adaptive +engine.max-batch 1 -> 2 +applied by 2 of 2 .*\n  because .*sequences a step");

      // No step leads to 4, and with it steps are full.
      assertThat(job.command("config", "set", "--by", "ana", "engine.max-batch=4").code()).isZero();
      int made = moves(job);
      busy(load, "b");
      load.await();
      assertThat(moves(job)).isEqualTo(made);
      job.rescale(1);
      Load alone = new Load(job, 1);
      busy(alone, "c");
      alone.await();
      assertThat(moves(job)).isEqualTo(made);
      assertThat(job.command("config", "get", "engine.max-batch").out())
          .containsPattern("engine.max-batch +4\n");
    }
  }

  @Test
  void advice_is_in_the_report_and_changes_nothing(@TempDir Path folder) throws Exception {
    try (RunningJob job = RunningJob.start(folder, settings("advise"))) {
      Load load = new Load(job, 2);
      load.send("warm", 1, 10, 4).await();
      load.begin();
      busy(load, "a");
      JsonNode report = load.await().report();

      assertThat(report.at("/adaptive/mode").asText()).isEqualTo("advise");
      JsonNode move = report.at("/adaptive/moves/0");
      assertThat(move.path("key").asText()).isEqualTo("engine.max-batch");
      assertThat(move.path("to").asText()).isEqualTo("2");
      assertThat(job.command("config", "history").out()).isEqualTo("no changes\n");
      assertThat(job.command("report", "--rest", job.restAddress()).out())
          .contains("adaptive (advise), full-batch: engine.max-batch 1 -> 2\n  because   ");
    }
  }

  private static Map<String, String> settings(String mode) {
    return Map.of(
        "adaptive.mode", mode,
        "adaptive.interval", "500ms",
        "adaptive.bounds", "engine.max-batch=1..16",
        // However slow the machine is, no target keeps the batch small.
        "adaptive.ttft-target", "0ms",
        "adaptive.itl-target", "0ms",
        "engine.max-batch", "1");
  }

  /** Sessions that have something to ask for some seconds. */
  private static void busy(Load load, String group) {
    for (int turn = 0; turn < TURNS; turn++) {
      load.send(group, SESSIONS, 4, 16);
    }
  }

  private static boolean isMove(byte[] change) {
    return "adaptive".equals(ControlChangeJson.read(change).by());
  }

  private static int moves(RunningJob job) {
    return (int)
        job.topics().all(TOPICS.controlTopic()).stream().filter(AdaptiveJobTest::isMove).count();
  }

  private static boolean isFirstStep(ControlAck ack) {
    return ack.applied().equals(Map.of("engine.max-batch", "2"))
        && ack.previous().equals(Map.of("engine.max-batch", "1"));
  }
}
