package io.caudal.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.cli.client.DeadLetterLog;
import io.caudal.cli.client.DeadLetterReplay;
import io.caudal.cli.client.PlacedLetter;
import io.caudal.cli.client.ReplayOutcome;
import io.caudal.config.KafkaSettings;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code caudal dead-letter replay}. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    description = {
      "Sends original records to the requests topic again, with their keys. A letter that holds a",
      "part of its record only is sent as the topic that it came from has it; if that has it no",
      "more, it is not sent. Exit code 1 if a letter was not sent."
    })
final class DeadLetterReplayCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KafkaOptions kafka;

  @SuppressWarnings("NullAway.Init")
  @ArgGroup(multiplicity = "1")
  private Which which;

  /** One of these. */
  static final class Which {
    @Option(names = "--all", description = "Every dead letter.")
    private boolean all;

    @Option(names = "--code", paramLabel = "CODE", description = "Those with this error code.")
    private @Nullable String code;

    @Parameters(
        paramLabel = "PARTITION:OFFSET",
        description = "One, as list prints it.",
        converter = LetterPosition.Converter.class)
    private @Nullable LetterPosition position;
  }

  @Option(names = "--dry-run", description = "Send nothing, say what would be sent.")
  private boolean dryRun;

  @Option(names = "--json", description = "The counts as one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    KafkaSettings settings = kafka.settings();
    Map<ReplayOutcome, Integer> counts = new EnumMap<>(ReplayOutcome.class);
    PrintWriter out = spec.commandLine().getOut();
    try (DeadLetterReplay replay = new DeadLetterReplay(settings, dryRun)) {
      forEachChosen(
          new DeadLetterLog(settings),
          letter -> {
            ReplayOutcome outcome = replay.replay(letter.letter());
            counts.merge(outcome, 1, Integer::sum);
            if (!json) {
              out.printf("%-8s %s%n", letter.position(), outcome.label());
            }
          });
    }
    print(out, counts);
    return counts.containsKey(ReplayOutcome.SOURCE_GONE)
            || counts.containsKey(ReplayOutcome.NOT_A_REQUEST)
        ? 1
        : 0;
  }

  /** What is sent may become a dead letter again; that comes after the end as it is now. */
  private void forEachChosen(DeadLetterLog log, Consumer<PlacedLetter> action) {
    LetterPosition position = which.position;
    if (position != null) {
      action.accept(log.at(position.partition(), position.offset()));
      return;
    }
    String code = which.code;
    log.readAll(
        letter -> {
          if (which.all || (code != null && LetterText.hasCode(letter, code))) {
            action.accept(letter);
          }
        });
  }

  private void print(PrintWriter out, Map<ReplayOutcome, Integer> counts) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("dry_run", dryRun);
    for (ReplayOutcome outcome : ReplayOutcome.values()) {
      json.put(outcome.label(), counts.getOrDefault(outcome, 0));
    }
    if (this.json) {
      out.println(json);
    } else {
      out.println((dryRun ? "dry run: " : "") + counts(json));
    }
    out.flush();
  }

  private static String counts(ObjectNode json) {
    List<String> texts = new ArrayList<>();
    for (ReplayOutcome outcome : ReplayOutcome.values()) {
      texts.add(outcome.label() + " " + json.path(outcome.label()));
    }
    return String.join(", ", texts);
  }
}
