package io.caudal.cli;

import io.caudal.config.ConfigKey;
import io.caudal.config.Settings;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code caudal config reset}: takes changes back. */
@Command(
    name = "reset",
    mixinStandardHelpOptions = true,
    description = "Gives settings the value back that the job was started with.")
final class ConfigResetCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ChangeRun run;

  @Parameters(paramLabel = "KEY", arity = "0..*", description = "What to reset.")
  private List<String> keys = List.of();

  @Option(names = "--all", description = "Every live setting.")
  private boolean all;

  @Override
  public Integer call() {
    if (all == !keys.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "name keys, or say --all");
    }
    Set<String> reset = new TreeSet<>(keys);
    if (all) {
      Settings.keys().stream().filter(ConfigKey::isLive).map(ConfigKey::name).forEach(reset::add);
    }
    return run.run(Map.of(), reset, spec.commandLine().getOut());
  }
}
