package io.caudal.cli;

import io.caudal.analytics.Fleet;
import io.caudal.analytics.Text;
import io.caudal.cli.console.ChangeOutcome;
import io.caudal.cli.console.Console;
import io.caudal.cli.console.InForce;
import io.caudal.config.Settings;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.ControlChange;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes a change and tells what became of it; shared by the commands that change settings. */
final class ChangeRun {
  @Mixin private KafkaOptions broker;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "15",
      description = "Longest wait for the subtasks (default: ${DEFAULT-VALUE}).")
  private int timeout;

  @Option(
      names = "--by",
      paramLabel = "NAME",
      description = "Who asks, for the history (default: you at this machine).")
  private String by = System.getProperty("user.name", "") + "@" + host();

  Console console() {
    return new Console(broker.settings());
  }

  /**
   * @return the exit code: 0 if every subtask applied it
   * @throws CaudalException {@code CONFIG_INVALID} with everything that is wrong; nothing was sent
   */
  int run(Map<String, String> set, Set<String> reset, PrintWriter out) {
    List<String> problems = Settings.liveProblems(set, reset);
    if (!problems.isEmpty()) {
      throw new CaudalException(
          ErrorCode.CONFIG_INVALID, String.join("; ", problems) + "; nothing was changed");
    }
    Map<String, String> keys = Settings.canonical(set);
    String id = "cli-" + UUID.randomUUID().toString().substring(0, 8);
    ControlChange change =
        new ControlChange(id, keys, List.copyOf(Settings.canonicalNames(reset)), by);
    ChangeOutcome outcome = console().change(change, Duration.ofSeconds(timeout));
    out.print(outcome.lines());
    if (!outcome.isApplied() && !outcome.isRefused()) {
      Set<String> touched = new TreeSet<>(keys.keySet());
      touched.addAll(change.reset());
      out.println(late(outcome, touched));
    }
    out.println("change " + id + ": " + outcome.summary());
    out.flush();
    return outcome.isApplied() ? 0 : 1;
  }

  /** What holds where, when not all have acknowledged in time. */
  private String late(ChangeOutcome outcome, Set<String> keys) {
    Fleet fleet = console().fleet();
    InForce inForce = console().inForce(fleet);
    List<String> lines = new ArrayList<>();
    lines.add(
        (outcome.acks().isEmpty() ? "no subtask has" : "not all subtasks have")
            + " acknowledged within "
            + timeout
            + " s (--timeout). The change is on the control topic: it is made when the job reads"
            + " it.");
    for (String key : keys) {
      lines.add(
          inForce.isEmpty()
              ? "in force: not known, no subtask has ever reported; does the job run?"
              : "in force, as last heard: " + key + " = " + inForce.text(key));
    }
    List<Integer> silent = fleet.silent(System.currentTimeMillis());
    if (!silent.isEmpty()) {
      lines.add("no news for a while of subtask " + Text.list(silent) + "; see bin/caudal health");
    }
    return String.join("\n", lines);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
