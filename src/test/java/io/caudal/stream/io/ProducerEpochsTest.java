package io.caudal.stream.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caudal.cli.local.EmbeddedBroker;
import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProducerEpochsTest {
  private static final int SUBTASKS = 8;

  @Test
  void subtasks_that_start_together_have_each_their_own_and_later_runs_higher_ones(
      @TempDir Path folder) throws Exception {
    try (EmbeddedBroker broker = new EmbeddedBroker(folder, settings(Map.of()))) {
      KafkaSettings job = settings(Map.of("kafka.bootstrap-servers", broker.bootstrapServers()));
      assertThat(together(job)).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7, 8);
      assertThat(new ProducerEpochs(job).next()).isEqualTo(SUBTASKS + 1);

      KafkaSettings other =
          settings(
              Map.of(
                  "kafka.bootstrap-servers",
                  broker.bootstrapServers(),
                  "kafka.group-id",
                  "another"));
      assertThat(new ProducerEpochs(other).next()).isEqualTo(1);
    }
  }

  @Test
  void a_broker_that_does_not_answer_is_named_with_the_id() {
    KafkaSettings nobody =
        settings(
            Map.of(
                "kafka.bootstrap-servers", "127.0.0.1:1",
                "kafka.client.default.api.timeout.ms", "500",
                "kafka.client.request.timeout.ms", "200"));
    assertThatThrownBy(() -> new ProducerEpochs(nobody).next())
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("127.0.0.1:1", "caudal:attempt", "kafka.group-id")
        .hasCauseInstanceOf(TimeoutException.class);
  }

  private static List<Integer> together(KafkaSettings job) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(SUBTASKS);
    try {
      Callable<Integer> subtask = () -> new ProducerEpochs(job).next();
      List<Integer> epochs = new ArrayList<>();
      for (Future<Integer> epoch : threads.invokeAll(Collections.nCopies(SUBTASKS, subtask))) {
        epochs.add(epoch.get());
      }
      return epochs;
    } finally {
      threads.shutdownNow();
    }
  }

  private static KafkaSettings settings(Map<String, String> values) {
    return KafkaSettings.from(Settings.of(new HashMap<>(values)));
  }
}
