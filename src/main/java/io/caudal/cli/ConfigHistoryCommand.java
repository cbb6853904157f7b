package io.caudal.cli;

import io.caudal.cli.console.ChangeLog;
import io.caudal.cli.console.Console;
import io.caudal.config.Settings;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal config history}: who changed what, when, and what became of it. */
@Command(
    name = "history",
    mixinStandardHelpOptions = true,
    description = "Shows the changes of live settings that the control topic has kept.")
final class ConfigHistoryCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KafkaOptions broker;

  @Option(names = "--key", paramLabel = "KEY", description = "Only changes of this setting.")
  private @Nullable String key;

  @Option(
      names = "--last",
      paramLabel = "N",
      defaultValue = "50",
      description = "Only the last N (default: ${DEFAULT-VALUE}).")
  private int last;

  @Override
  public Integer call() {
    Ranges.check(spec, "--last", last, 1, 1_000_000);
    List<ChangeLog.Entry> entries = new Console(broker.settings()).history();
    if (key != null) {
      String name = Settings.aliases().getOrDefault(key, key);
      Settings.key(name);
      entries =
          entries.stream()
              .filter(
                  entry ->
                      Settings.canonicalNames(entry.change().set().keySet()).contains(name)
                          || entry.change().reset().contains(name))
              .toList();
    }
    PrintWriter out = spec.commandLine().getOut();
    int from = Math.max(0, entries.size() - last);
    out.print(
        entries.isEmpty()
            ? "no changes\n"
            : ChangeLog.table(entries.subList(from, entries.size())));
    out.flush();
    return 0;
  }
}
