package io.caudal.config;

import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The configuration reference, generated from the keys themselves. */
public final class ConfigurationReference {
  private static final String HEAD =
      """
      # Configuration reference

      Generated from the code by `ConfigurationReferenceTest`; don't edit. Settings are arguments of
      the job (`--KEY VALUE`) and of the commands (`-D KEY=VALUE`). Keys that start with
      `kafka.client.` go to every Kafka client as they are (without that prefix) and are never
      printed. *Live* settings can also be changed while the job runs (`bin/caudal config`, or the
      control topic); a change of any other needs a restart of the job. Parallelism, checkpoints, state backend and
      memory are Flink's own settings: see `flink-conf/config.yaml`.

      | key | default | allowed | live | meaning |
      | --- | --- | --- | --- | --- |
      """;

  private static final String ALIASES =
      """

      ## Other names

      Every place that takes a key takes these too.

      | name | key |
      | --- | --- |
      """;

  private ConfigurationReference() {}

  /** All keys as a Markdown page. */
  public static String markdown() {
    List<ConfigKey<?>> keys = Settings.keys();
    return keys.stream()
        .map(ConfigurationReference::row)
        .collect(Collectors.joining("", HEAD, ALIASES + aliases()));
  }

  private static String aliases() {
    return new TreeMap<>(Settings.aliases())
        .entrySet().stream()
            .map(e -> String.format("| `%s` | `%s` |%n", e.getKey(), e.getValue()))
            .collect(Collectors.joining());
  }

  private static String row(ConfigKey<?> key) {
    return String.format(
        "| `%s` | %s | %s | %s | %s |%n",
        key.name(),
        key.defaultText().isEmpty() ? "" : "`" + key.defaultText() + "`",
        key.range().replace("|", "\\|"),
        key.isLive() ? "yes" : "",
        key.description());
  }
}
