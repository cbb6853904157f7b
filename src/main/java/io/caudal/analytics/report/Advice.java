package io.caudal.analytics.report;

import io.caudal.config.Settings;

/**
 * What to do about something that was found.
 *
 * @param key the setting, Caudal's or Flink's
 * @param value what to set it to
 * @param live whether that holds without a restart
 * @param effect what it will do, and at what cost
 * @param undo how to go back
 */
public record Advice(String key, String value, boolean live, String effect, String undo) {

  /** A setting of Caudal's. */
  static Advice set(Figures figures, String key, String value, String effect) {
    String old = figures.text(key);
    boolean live = Settings.key(key).isLive();
    String undo =
        live
            ? "bin/caudal config set " + key + "=" + (old.isEmpty() ? "''" : old)
            : "submit again with -D " + key + "=" + old;
    return new Advice(key, value, live, effect, undo);
  }

  /** A setting that Flink or Kafka has and Caudal doesn't, so that its old value isn't known. */
  static Advice elsewhere(String key, String value, String effect) {
    return elsewhere(key, value, "what it was", effect);
  }

  /**
   * A setting that Flink or Kafka has and Caudal doesn't.
   *
   * @param old its value now
   */
  static Advice elsewhere(String key, String value, String old, String effect) {
    return new Advice(key, value, false, effect, "set " + key + " to " + old + ", submit again");
  }

  private static boolean isOurs(String key) {
    return Settings.keys().stream().anyMatch(known -> known.name().equals(key));
  }

  /** What does it. */
  public String command() {
    if (live) {
      return "bin/caudal config set " + key + "=" + value;
    }
    if (key.startsWith(Settings.KAFKA_CLIENT_PREFIX) || isOurs(key)) {
      return "submit again with -D " + key + "=" + value;
    }
    String then = key.startsWith("taskmanager.") ? "restart the TaskManagers" : "submit again";
    return "set " + key + ": " + value + " in Flink's configuration, and " + then;
  }
}
