package io.caudal.cli;

import io.caudal.cli.client.DeadLetterLog;
import io.caudal.cli.client.PlacedLetter;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal dead-letter list}. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Lists dead letters: partition:offset, time, code, where it came from, reason.")
final class DeadLetterListCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KafkaOptions kafka;

  @Option(names = "--code", paramLabel = "CODE", description = "Those with this error code only.")
  private @Nullable String code;

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    new DeadLetterLog(kafka.settings()).readAll(letter -> print(out, letter));
    out.flush();
    return 0;
  }

  private void print(PrintWriter out, PlacedLetter letter) {
    if (code == null || LetterText.hasCode(letter, code)) {
      out.println(json ? LetterText.json(letter) : LetterText.line(letter));
    }
  }
}
