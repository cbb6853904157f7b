package io.caudal.stream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.analytics.Reports;
import io.caudal.cli.Commands;
import io.caudal.cli.local.EmbeddedBroker;
import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.ControlAck;
import io.caudal.protocol.ControlAckJson;
import io.caudal.protocol.ControlChangeJson;
import io.caudal.protocol.MetricsJson;
import io.caudal.protocol.MetricsRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands say of a job of which one of two subtasks answers. The job is the test itself. */
class HalfAnswerTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));

  @Test
  void a_change_that_one_of_two_has_applied_is_said_to_hold_there(@TempDir Path folder)
      throws Exception {
    try (EmbeddedBroker broker = new EmbeddedBroker(folder, TOPICS);
        Topics topics = new Topics(broker.bootstrapServers())) {
      long now = System.currentTimeMillis();
      topics.send(TOPICS.metricsTopic(), "0", MetricsJson.write(seldom(now)));
      topics.send(
          TOPICS.metricsTopic(), "1", MetricsJson.write(Reports.of(1, now - 120_000, Map.of())));

      CompletableFuture<Commands> set =
          command(broker, "config", "set", "--timeout", "5", "engine.max-batch=4");
      byte[] sent = topics.await(TOPICS.controlTopic(), 1, value -> true).get(0);
      String id = ControlChangeJson.read(sent).changeId();
      ControlAck ack =
          new ControlAck(
              id,
              0,
              2,
              1,
              Map.of("engine.max-batch", "4"),
              Map.of("engine.max-batch", "16"),
              List.of());
      topics.send(TOPICS.acksTopic(), id, ControlAckJson.write(ack));

      Commands done = set.join();
      assertThat(done.code()).isEqualTo(1);
      assertThat(done.out())
          .contains("subtask 0  version 1  engine.max-batch 16 -> 4")
          .contains("subtask 1  no acknowledgement")
          .contains("not all subtasks have acknowledged within 5 s")
          .contains("it is made when the job reads it")
          .contains("in force, as last heard: engine.max-batch = 16 (subtask 1), 4 (subtask 0)")
          .contains("no news for a while of subtask 1; see bin/caudal health")
          .contains("applied by 1 of 2 subtasks");
      assertThat(command(broker, "config", "history").join().out())
          .containsPattern("engine.max-batch 16 -> 4.*1 of 2");

      Commands cleared = command(broker, "cache", "clear", "--all", "--timeout", "2").join();
      assertThat(cleared.code()).isEqualTo(1);
      assertThat(cleared.out()).contains("no subtask has answered in time");
    }
  }

  /** Of a subtask that reports each half minute, so that it isn't overdue before the test ends. */
  private static MetricsRecord seldom(long now) {
    MetricsRecord plain = Reports.of(0, now, Map.of());
    return new MetricsRecord(0, 1, now - 30_000, now, Map.of(), Map.of(), Map.of(), plain.about());
  }

  private static CompletableFuture<Commands> command(EmbeddedBroker broker, String... args) {
    String[] all = new String[args.length + 2];
    System.arraycopy(args, 0, all, 0, args.length);
    all[args.length] = "--bootstrap";
    all[args.length + 1] = broker.bootstrapServers();
    return CompletableFuture.supplyAsync(() -> Commands.run(all));
  }
}
