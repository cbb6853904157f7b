package io.caudal.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.analytics.Fleet;
import io.caudal.analytics.Stats;
import io.caudal.cli.local.EmbeddedBroker;
import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import io.caudal.protocol.MetricsJson;
import io.caudal.protocol.MetricsRecord;
import io.caudal.protocol.MetricsRecord.About;
import io.caudal.protocol.MetricsRecord.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the console makes of a metrics topic that the test has written. */
class ConsoleTest {
  private static final KafkaSettings TOPICS = KafkaSettings.from(Settings.of(Map.of()));
  private static final int SUBTASKS = 60;
  private static final long WINDOW = 1_000;
  private static final int WINDOWS = 300;

  @Test
  void rates_of_a_job_with_many_subtasks_and_of_one_that_is_silent(@TempDir Path folder)
      throws Exception {
    try (EmbeddedBroker broker = new EmbeddedBroker(folder, TOPICS)) {
      String servers = broker.bootstrapServers();
      Console console =
          new Console(KafkaSettings.from(Settings.of(Map.of("kafka.bootstrap-servers", servers))));
      long now = System.currentTimeMillis() / WINDOW * WINDOW;
      send(servers, IntStream.range(0, SUBTASKS - 1).boxed().toList(), now);
      assertThat(console.fleet().silent(now)).containsExactly(SUBTASKS - 1);

      send(servers, List.of(SUBTASKS - 1), now - 600_000);
      Fleet fleet = console.fleet();
      assertThat(fleet.silent(now)).containsExactly(SUBTASKS - 1);
      assertThat(fleet.members()).hasSize(SUBTASKS);

      send(servers, List.of(SUBTASKS - 1), now);
      assertThat(new Stats(console.fleet(), 60_000).perSecond("requests"))
          .as("two in each second of each subtask")
          .isEqualTo(2.0 * SUBTASKS);
      assertThat(console.fleetOver(240_000).members())
          .allSatisfy(one -> assertThat(one.spanMillis(240_000)).isEqualTo(240_000));
    }
  }

  /** Five minutes of windows with two requests each, 1,000 of an earlier time. */
  private static void send(String servers, List<Integer> subtasks, long end) throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (var producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", servers),
            new StringSerializer(),
            new ByteArraySerializer())) {
      for (int window = 0; window < WINDOWS; window++) {
        long at = end - (WINDOWS - 1L - window) * WINDOW;
        for (int subtask : subtasks) {
          byte[] value = MetricsJson.write(record(subtask, at, 1_000 + 2L * window));
          sent.add(
              producer.send(
                  new ProducerRecord<>(
                      TOPICS.metricsTopic(), null, at, Integer.toString(subtask), value)));
        }
      }
    }
    for (Future<RecordMetadata> one : sent) {
      one.get(); // fails where the record did not arrive
    }
  }

  private static MetricsRecord record(int subtask, long end, long requests) {
    About about =
        new About(SUBTASKS, "tm-1", "demo", new Device("cpu", ""), "rocksdb", 0, Map.of());
    return new MetricsRecord(
        subtask, 1, end - WINDOW, end, Map.of("requests", requests), Map.of(), Map.of(), about);
  }
}
