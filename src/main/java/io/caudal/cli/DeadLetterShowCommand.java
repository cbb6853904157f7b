package io.caudal.cli;

import io.caudal.cli.client.DeadLetterLog;
import io.caudal.cli.client.PlacedLetter;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code caudal dead-letter show}. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = {
      "Shows a dead letter with its original value: as text where that is safe in a terminal, else",
      "in hexadecimal."
    })
final class DeadLetterShowCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KafkaOptions kafka;

  @SuppressWarnings("NullAway.Init")
  @Parameters(
      paramLabel = "PARTITION:OFFSET",
      description = "Which, as list prints it.",
      converter = LetterPosition.Converter.class)
  private LetterPosition position;

  @Option(names = "--raw", description = "The original bytes on standard output, nothing else.")
  private boolean raw;

  @Option(names = "--json", description = "One JSON object, with the original in base64.")
  private boolean json;

  @Option(
      names = "--bytes",
      defaultValue = "4096",
      description = "Most bytes shown, without --raw and --json (default: ${DEFAULT-VALUE}).")
  private int bytes;

  @Override
  public Integer call() {
    Ranges.check(spec, "--bytes", bytes, 0, Integer.MAX_VALUE);
    PlacedLetter letter =
        new DeadLetterLog(kafka.settings()).at(position.partition(), position.offset());
    if (raw) {
      System.out.write(letter.letter().original(), 0, letter.letter().original().length);
      System.out.flush();
      return 0;
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        json
            ? LetterText.json(letter).put("original", letter.letter().original())
            : LetterText.details(letter, bytes));
    out.flush();
    return 0;
  }
}
