package io.caudal.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code caudal config set}: changes live settings, all or none. */
@Command(
    name = "set",
    mixinStandardHelpOptions = true,
    description = {
      "Changes live settings, all or none, and waits until every subtask has said so.",
      "Exit code 0 if all have applied it."
    })
final class ConfigSetCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ChangeRun run;

  @Parameters(paramLabel = "KEY=VALUE", arity = "1..*", description = "What to set.")
  private List<String> pairs = List.of();

  @Override
  public Integer call() {
    Map<String, String> set = new LinkedHashMap<>();
    for (String pair : pairs) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw new ParameterException(spec.commandLine(), "'" + pair + "' is not KEY=VALUE");
      }
      String key = pair.substring(0, equals).strip();
      if (set.put(key, pair.substring(equals + 1).strip()) != null) {
        throw new ParameterException(spec.commandLine(), "'" + key + "' is there twice");
      }
    }
    return run.run(set, Set.of(), spec.commandLine().getOut());
  }
}
