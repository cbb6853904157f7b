package io.caudal.cli;

import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a running Caudal is; shared by the commands that ask or change it. */
final class BrokerOptions {
  @Option(
      names = "--bootstrap",
      paramLabel = "HOST:PORT",
      description = "A Kafka broker (default: 127.0.0.1:9092).")
  private @Nullable String bootstrap;

  @Option(
      names = "-D",
      paramLabel = "KEY=VALUE",
      description = "Any kafka.*, topics.* or job.name setting.")
  private Map<String, String> settings = Map.of();

  Settings settings() {
    Map<String, String> all = new TreeMap<>(settings);
    if (bootstrap != null) {
      all.putIfAbsent("kafka.bootstrap-servers", bootstrap);
    }
    return Settings.of(all);
  }

  KafkaSettings kafka() {
    return KafkaSettings.from(settings());
  }
}
