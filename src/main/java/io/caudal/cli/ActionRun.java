package io.caudal.cli;

import io.caudal.cli.client.SessionLine;
import io.caudal.cli.console.ChangeOutcome;
import io.caudal.cli.console.Console;
import io.caudal.config.KafkaSettings;
import io.caudal.protocol.ControlAck;
import io.caudal.protocol.ControlAction;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Asks a running job for something; shared by the commands about sessions. */
final class ActionRun {
  @Mixin private KafkaOptions broker;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "Longest wait for an answer (default: ${DEFAULT-VALUE}).")
  private int timeout;

  KafkaSettings kafka() {
    return broker.settings();
  }

  SessionLine sessions() {
    return new Console(kafka()).sessions(Duration.ofSeconds(timeout));
  }

  int timeoutSeconds() {
    return timeout;
  }

  ChangeOutcome act(ControlAction action, Consumer<ControlAck> reports) {
    String by = System.getProperty("user.name", "");
    return new Console(kafka()).act(action, newId(), by, Duration.ofSeconds(timeout), reports);
  }

  /** The job must not begin with it when nobody waits any more. */
  long notAfterMillis() {
    return System.currentTimeMillis() + 1000L * timeout;
  }

  String newId() {
    return "cli-" + UUID.randomUUID().toString().substring(0, 8);
  }
}
