package io.caudal.cli;

import io.caudal.cli.console.InForce;
import io.caudal.config.Settings;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import picocli.CommandLine.Mixin;

/** Brings what is in force to a set of settings, as far as the job need not restart for it. */
final class SettingsRun {
  @Mixin private ChangeRun change;

  /**
   * Sets the live ones that differ, and names the others that do.
   *
   * @return the exit code: 0 if everything live holds in every subtask
   * @throws io.caudal.error.CaudalException {@code CONFIG_INVALID}; nothing was sent
   */
  int run(Map<String, String> wanted, PrintWriter out) {
    wanted.forEach(Settings::check);
    InForce inForce = change.console().inForce(change.console().fleet());
    Map<String, String> live = new TreeMap<>();
    Map<String, String> restart = new TreeMap<>();
    Settings.canonical(wanted)
        .forEach(
            (key, value) -> {
              if (key.startsWith(Settings.KAFKA_CLIENT_PREFIX)) {
                restart.put(key, "…");
              } else if (!inForce.is(key, value)) {
                (Settings.key(key).isLive() ? live : restart).put(key, value);
              }
            });
    int code = 0;
    if (live.isEmpty()) {
      out.println("every live setting is as asked for already");
    } else {
      code = change.run(live, Set.of(), out);
    }
    restart.forEach((key, value) -> out.println("needs a restart: -D " + key + "=" + value));
    out.flush();
    return code;
  }

  /** Names the live ones of these keys that are not as by default. */
  void tellOthers(Set<String> keys, PrintWriter out) {
    InForce inForce = change.console().inForce(change.console().fleet());
    for (String key : keys) {
      String usual = Settings.key(key).defaultText();
      if (Settings.key(key).isLive() && !inForce.isEmpty() && !inForce.is(key, usual)) {
        String now = InForce.shown(inForce.text(key));
        out.println(
            "stays as it is: " + key + "=" + now + " (default " + InForce.shown(usual) + ")");
      }
    }
    out.flush();
  }
}
