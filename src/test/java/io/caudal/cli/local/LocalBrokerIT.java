package io.caudal.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class LocalBrokerIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @Test
  void it_keeps_its_records_over_a_restart_and_leaves_no_process(@TempDir Path temp)
      throws ExecutionException, InterruptedException, TimeoutException {
    long pid;
    try (RunFolder folder = RunFolder.at(temp)) {
      try (LocalBroker broker = started(folder)) {
        pid = broker.process().pid();
        try (KafkaProducer<String, String> producer =
            new KafkaProducer<>(config(broker), new StringSerializer(), new StringSerializer())) {
          producer
              .send(new ProducerRecord<>("caudal.control", "k", "hello"))
              .get(30, TimeUnit.SECONDS);
        }
        assertThat(config(broker, "caudal.control", "cleanup.policy")).isEqualTo("compact");
        assertThat(config(broker, "caudal.results", "cleanup.policy")).isEqualTo("delete");
        assertThat(config(broker, "caudal.metrics", "retention.ms")).isEqualTo("86400000");
        assertThat(config(broker, "caudal.control.acks", "retention.ms")).isEqualTo("-1");
      }
      assertThat(ProcessHandle.of(pid)).isEmpty();
      try (LocalBroker broker = started(folder)) {
        assertThat(firstControlRecord(broker)).isEqualTo("hello");
      }
    }
  }

  /** A command that dies without a chance to clean up must not leave a broker behind. */
  @Test
  void it_ends_when_its_parent_is_killed()
      throws ExecutionException, InterruptedException, TimeoutException, java.io.IOException {
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.caudal.cli.local.BrokerParent")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var reader = parent.inputReader(StandardCharsets.UTF_8)) {
      ProcessHandle child = ProcessHandle.of(Long.parseLong(reader.readLine())).orElseThrow();
      RunFolder folder = RunFolder.at(Path.of(reader.readLine()));
      parent.destroyForcibly();
      child.onExit().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      assertThat(child.isAlive()).isFalse();
      RunFolder.delete(folder.path());
    } finally {
      parent.destroyForcibly();
    }
  }

  private static LocalBroker started(RunFolder folder) {
    LocalBroker broker = LocalBroker.start(Installation.locate(), folder, 0);
    broker.awaitReady(KafkaSettings.from(Settings.of(Map.of())));
    return broker;
  }

  private static Map<String, Object> config(LocalBroker broker) {
    return Map.of("bootstrap.servers", broker.bootstrapServers());
  }

  private static String config(LocalBroker broker, String topic, String key)
      throws ExecutionException, InterruptedException, TimeoutException {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try (Admin admin = Admin.create(config(broker))) {
      return admin
          .describeConfigs(List.of(resource))
          .all()
          .get(30, TimeUnit.SECONDS)
          .values()
          .iterator()
          .next()
          .get(key)
          .value();
    }
  }

  private static String firstControlRecord(LocalBroker broker) {
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(config(broker), new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> partition = List.of(new TopicPartition("caudal.control", 0));
      consumer.assign(partition);
      consumer.seekToBeginning(partition);
      return consumer.poll(LIMIT).iterator().next().value();
    }
  }
}
