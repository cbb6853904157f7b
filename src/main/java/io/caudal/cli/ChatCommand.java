package io.caudal.cli;

import io.caudal.cli.client.KafkaClientSide;
import io.caudal.config.KafkaSettings;
import io.caudal.config.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal chat}: a conversation in the terminal, over the topics. */
@Command(
    name = "chat",
    mixinStandardHelpOptions = true,
    description = {
      "Chats with a running Caudal over Kafka. Answers stream as they are generated.",
      "Each line of standard input is a turn; /quit or its end leaves. The session stays:",
      "give its id again to go on, even after a restart."
    })
final class ChatCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--session",
      paramLabel = "ID",
      description = "The conversation; without it, a new one.")
  private @Nullable String session;

  @Option(
      names = {"--bootstrap-servers", "--bootstrap"},
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:9092",
      description = "A Kafka broker (default: ${DEFAULT-VALUE}).")
  private String bootstrap;

  @Option(names = "--max-tokens", description = "Most tokens of an answer.")
  private @Nullable Integer maxTokens;

  @Option(names = "--usage", description = "After each answer, say what it took.")
  private boolean usage;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description = "Longest wait for an answer (default: ${DEFAULT-VALUE}).")
  private int timeout;

  @Option(names = "-D", paramLabel = "KEY=VALUE", description = "Any kafka.* or topics.* setting.")
  private Map<String, String> settings = Map.of();

  @Override
  public Integer call() throws IOException {
    Ranges.check(spec, "--timeout", timeout, 1, 86_400);
    Map<String, String> all = new TreeMap<>(settings);
    all.putIfAbsent("kafka.bootstrap-servers", bootstrap);
    String id = session == null ? "chat-" + UUID.randomUUID() : session;
    boolean terminal = Boolean.getBoolean("caudal.terminal");
    try (KafkaClientSide client = KafkaClientSide.connect(KafkaSettings.from(Settings.of(all)))) {
      Chat chat =
          new Chat(
              client,
              id,
              maxTokens,
              Duration.ofSeconds(timeout),
              usage,
              spec.commandLine().getOut());
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      return chat.run(in, terminal) ? 0 : 1;
    }
  }
}
