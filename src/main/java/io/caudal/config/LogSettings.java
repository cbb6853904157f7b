package io.caudal.config;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What TaskManagers log.
 *
 * @param levels levels by logger that differ from the logging configuration
 * @param verbose whether Caudal's own loggers tell of each request
 */
public record LogSettings(Map<String, String> levels, boolean verbose) implements Serializable {
  private static final String OWN_LOGGER = "io.caudal";

  static final ConfigKey<Map<String, String>> LEVELS =
      ConfigKey.levels(
              "log.levels",
              "Log levels by logger in TaskManagers, over those of `log4j2.properties`; a logger that"
                  + " is not named has that file's.")
          .live();
  static final ConfigKey<Boolean> VERBOSE =
      ConfigKey.flag(
              "log.verbose",
              false,
              "Whether TaskManagers log a line for each request that ends: level debug for"
                  + " `io.caudal`, unless `log.levels` names that logger.")
          .live();

  static final List<ConfigKey<?>> KEYS = List.of(LEVELS, VERBOSE);

  public static LogSettings from(Settings settings) {
    return new LogSettings(settings.get(LEVELS), settings.get(VERBOSE));
  }

  /** Levels by logger, verbosity included. */
  public Map<String, String> effectiveLevels() {
    Map<String, String> all = new HashMap<>(levels);
    if (verbose) {
      all.putIfAbsent(OWN_LOGGER, "debug");
    }
    return Map.copyOf(all);
  }
}
