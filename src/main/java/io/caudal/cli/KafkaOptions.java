package io.caudal.cli;

import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** Options that say where Caudal's topics are, and which job they are of. */
final class KafkaOptions {
  @Option(
      names = {"--bootstrap-servers", "--bootstrap"},
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:9092",
      description = "A Kafka broker (default: ${DEFAULT-VALUE}).")
  private String bootstrap;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "Any kafka.* or topics.* setting, or job.name.")
  private Map<String, String> settings = Map.of();

  KafkaSettings settings() {
    return KafkaSettings.from(all());
  }

  Settings all() {
    Map<String, String> all = new TreeMap<>(settings);
    all.putIfAbsent("kafka.bootstrap-servers", bootstrap);
    return Settings.of(all);
  }
}
