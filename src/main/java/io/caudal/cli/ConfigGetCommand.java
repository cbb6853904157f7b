package io.caudal.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.analytics.Fleet;
import io.caudal.analytics.Text;
import io.caudal.cli.console.Console;
import io.caudal.cli.console.InForce;
import io.caudal.config.ConfigKey;
import io.caudal.config.Settings;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code caudal config get}: what is in force, and where. */
@Command(
    name = "get",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the settings in force, as the job's subtasks report them.",
      "Exit code 1 if no subtask reports: then only the defaults are known."
    })
final class ConfigGetCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec private CommandSpec spec;
  @Mixin private KafkaOptions broker;

  @Parameters(paramLabel = "KEY", arity = "0..*", description = "Only these, with all about them.")
  private List<String> names = List.of();

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    List<ConfigKey<?>> keys = keys();
    Console console = new Console(broker.settings());
    Fleet fleet = console.fleet();
    InForce inForce = console.inForce(fleet);
    boolean alive = fleet.isAlive(System.currentTimeMillis());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(json(keys, fleet, inForce, alive));
    } else if (names.isEmpty()) {
      out.print(table(keys, inForce));
      out.println(footer(fleet, inForce));
    } else {
      keys.forEach(key -> out.print(details(key, inForce)));
      out.println(footer(fleet, inForce));
    }
    out.flush();
    return alive ? 0 : 1;
  }

  private List<ConfigKey<?>> keys() {
    if (names.isEmpty()) {
      return Settings.keys();
    }
    List<ConfigKey<?>> keys = new ArrayList<>();
    for (String name : Settings.canonicalNames(names)) {
      keys.add(Settings.key(name));
    }
    return keys;
  }

  private static String value(ConfigKey<?> key, InForce inForce) {
    return inForce.isEmpty() ? "(" + key.defaultText() + ")" : inForce.text(key.name());
  }

  private static String table(List<ConfigKey<?>> keys, InForce inForce) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("KEY", "VALUE", "DEFAULT", "CHANGE", "ALLOWED"));
    for (ConfigKey<?> key : keys) {
      String value = value(key, inForce);
      rows.add(
          List.of(
              key.name(),
              value,
              value.equals(key.defaultText()) ? "" : key.defaultText(),
              key.isLive() ? "live" : "restart",
              key.range()));
    }
    return Text.table(rows);
  }

  private static String details(ConfigKey<?> key, InForce inForce) {
    return Text.table(
        List.of(
            List.of(key.name(), value(key, inForce)),
            List.of("  default", key.defaultText()),
            List.of("  allowed", key.range()),
            List.of("  change", key.isLive() ? "live" : "needs a restart of the job"),
            List.of("  meaning", key.description())));
  }

  private static String footer(Fleet fleet, InForce inForce) {
    long now = System.currentTimeMillis();
    if (inForce.isEmpty()) {
      return "no subtask has ever reported: these are the defaults; does the job run, with this"
          + " broker and these topics?";
    }
    List<String> parts = new ArrayList<>();
    inForce
        .versions()
        .forEach(
            (version, subtasks) ->
                parts.add("version " + version + " in subtask " + Text.list(subtasks)));
    List<Integer> silent = fleet.silent(now);
    if (!silent.isEmpty()) {
      parts.add("no news for a while of subtask " + Text.list(silent) + ", shown as last heard");
    }
    return String.join("; ", parts);
  }

  private static String json(List<ConfigKey<?>> keys, Fleet fleet, InForce inForce, boolean alive) {
    ObjectNode root = JSON.createObjectNode();
    root.put("v", 1).put("alive", alive).put("subtasks", fleet.subtasks());
    ObjectNode all = root.putObject("settings");
    for (ConfigKey<?> key : keys) {
      Map<String, List<Integer>> values = inForce.values(key.name());
      ObjectNode one = all.putObject(key.name());
      if (values.size() == 1) {
        one.put("value", values.keySet().iterator().next());
      }
      ObjectNode bySubtask = one.putObject("by_subtask");
      values.forEach(
          (value, subtasks) ->
              subtasks.forEach(subtask -> bySubtask.put(Integer.toString(subtask), value)));
      one.put("default", key.defaultText()).put("allowed", key.range()).put("live", key.isLive());
      one.put("description", key.description());
    }
    ObjectNode versions = root.putObject("versions");
    inForce
        .versions()
        .forEach(
            (version, subtasks) ->
                subtasks.forEach(subtask -> versions.put(Integer.toString(subtask), version)));
    return root.toString();
  }
}
