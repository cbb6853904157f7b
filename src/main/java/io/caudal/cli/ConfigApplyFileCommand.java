package io.caudal.cli;

import io.caudal.cli.console.SettingsFile;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code caudal config apply-file}: brings a running job to a file's settings. */
@Command(
    name = "apply-file",
    mixinStandardHelpOptions = true,
    description = {
      "Sets a file's live settings that differ from what is in force, all or none, and",
      "names the others that differ: these need a restart."
    })
final class ConfigApplyFileCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SettingsRun run;

  @SuppressWarnings("NullAway.Init") // required
  @Parameters(paramLabel = "FILE", description = "Lines KEY=VALUE or KEY: VALUE.")
  private Path file;

  @Override
  public Integer call() {
    return run.run(SettingsFile.read(file), spec.commandLine().getOut());
  }
}
