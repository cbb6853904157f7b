package io.caudal.cli;

import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** Options that say where Caudal's topics are. */
final class KafkaOptions {
  @Option(
      names = {"--bootstrap-servers", "--bootstrap"},
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:9092",
      description = "A Kafka broker (default: ${DEFAULT-VALUE}).")
  private String bootstrap;

  @Option(names = "-D", paramLabel = "KEY=VALUE", description = "Any kafka.* or topics.* setting.")
  private Map<String, String> settings = Map.of();

  KafkaSettings settings() {
    Map<String, String> all = new TreeMap<>(settings);
    all.putIfAbsent("kafka.bootstrap-servers", bootstrap);
    return KafkaSettings.from(Settings.of(all));
  }
}
