package io.caudal.cli;

import io.caudal.analytics.Fleet;
import io.caudal.analytics.Text;
import io.caudal.cli.console.Console;
import io.caudal.cli.console.InForce;
import io.caudal.cli.console.SettingsFile;
import io.caudal.config.ConfigKey;
import io.caudal.config.Settings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code caudal config diff}: what is in force and differs. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the settings in force that differ from the defaults, or from a file's.",
      "Exit code 1 if no subtask reports."
    })
final class ConfigDiffCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KafkaOptions broker;

  @Parameters(paramLabel = "FILE", arity = "0..1", description = "Lines KEY=VALUE or KEY: VALUE.")
  private @Nullable Path file;

  @Override
  public Integer call() {
    Map<String, String> wanted = wanted();
    Console console = new Console(broker.settings());
    Fleet fleet = console.fleet();
    InForce inForce = console.inForce(fleet);
    boolean alive = fleet.isAlive(System.currentTimeMillis());
    PrintWriter out = spec.commandLine().getOut();
    if (!inForce.isEmpty()) {
      out.print(table(wanted, inForce));
    }
    if (!alive) {
      out.println(
          inForce.isEmpty()
              ? "no subtask has ever reported: what is in force is not known"
              : "no subtask reports now: this is what was last heard");
    }
    out.flush();
    return alive ? 0 : 1;
  }

  private Map<String, String> wanted() {
    if (file != null) {
      Map<String, String> settings = SettingsFile.read(file);
      settings.forEach(Settings::check);
      return Settings.canonical(settings);
    }
    Map<String, String> defaults = new TreeMap<>();
    for (ConfigKey<?> key : Settings.keys()) {
      defaults.put(key.name(), key.defaultText());
    }
    return defaults;
  }

  private String table(Map<String, String> wanted, InForce inForce) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("KEY", "IN FORCE", file == null ? "DEFAULT" : "FILE", "CHANGE"));
    wanted.forEach(
        (key, value) -> {
          boolean ours = !key.startsWith(Settings.KAFKA_CLIENT_PREFIX);
          if (ours && !inForce.is(key, value)) {
            String change = Settings.key(key).isLive() ? "live" : "restart";
            rows.add(List.of(key, inForce.text(key), value, change));
          }
        });
    return rows.size() == 1 ? "no difference\n" : Text.table(rows);
  }
}
