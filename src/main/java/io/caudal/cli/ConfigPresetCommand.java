package io.caudal.cli;

import io.caudal.analytics.Text;
import io.caudal.config.Preset;
import io.caudal.config.Settings;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code caudal preset}, or {@code caudal config preset}: settings that go together. */
@Command(
    name = "preset",
    mixinStandardHelpOptions = true,
    description = "Settings that go together, by a name.",
    synopsisSubcommandLabel = "WHAT")
final class ConfigPresetCommand {
  @Spec private CommandSpec spec;

  @Command(name = "list", mixinStandardHelpOptions = true, description = "Names them.")
  int list() {
    List<List<String>> rows = new ArrayList<>();
    for (String name : Preset.NAMES) {
      rows.add(List.of(name, Preset.named(name).description()));
    }
    return print(rows);
  }

  @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows what one sets.")
  int show(@Parameters(paramLabel = "NAME", description = "A preset.") String name) {
    Preset preset = Preset.named(name);
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("KEY", "VALUE", "DEFAULT", "CHANGE"));
    preset
        .settings()
        .forEach(
            (key, value) ->
                rows.add(
                    List.of(
                        key,
                        value,
                        Settings.key(key).defaultText(),
                        Settings.key(key).isLive() ? "live" : "restart")));
    return print(rows);
  }

  @Command(
      name = "apply",
      mixinStandardHelpOptions = true,
      description = {
        "Sets its live settings that differ from what is in force, all or none, and",
        "names the others that differ: these need a restart. What it does not name stays",
        "as it is; what another preset may have set of that is told."
      })
  int apply(
      @Parameters(paramLabel = "NAME", description = "A preset.") String name,
      @Mixin SettingsRun run) {
    Preset preset = Preset.named(name);
    PrintWriter out = spec.commandLine().getOut();
    int code = run.run(preset.settings(), out);
    run.tellOthers(preset.unnamed(), out);
    return code;
  }

  private int print(List<List<String>> rows) {
    PrintWriter out = spec.commandLine().getOut();
    out.print(Text.table(rows));
    out.flush();
    return 0;
  }
}
