package io.caudal.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * How the Flink job runs; what Flink itself has a key for is set there (parallelism, checkpoints,
 * state backend).
 *
 * @param capacity requests that one subtask has at hand, queued and running
 * @param hardCapacity requests above {@code capacity} let in so that a checkpoint can pass
 * @param sessionCapacity of these, most of one session
 * @param asideCapacity requests set aside in state before the source is held back
 * @param metricsInterval time between two records of a subtask on the metrics topic
 * @param reportInterval time between two reports of the whole job on it; 0 for none
 */
public record JobSettings(
    String name,
    int capacity,
    int hardCapacity,
    int sessionCapacity,
    int asideCapacity,
    Duration metricsInterval,
    Duration reportInterval)
    implements Serializable {

  static final ConfigKey<String> NAME =
      ConfigKey.text(
          "job.name", "caudal", ".{1,128}", "up to 128 characters", "The job's name in Flink.");
  static final ConfigKey<Integer> CAPACITY =
      ConfigKey.integer(
              "job.capacity",
              512,
              1,
              100_000,
              "Requests that one subtask has at hand, queued and running; more are set aside in state.")
          .in("requests");
  static final ConfigKey<Integer> HARD_CAPACITY =
      ConfigKey.integer(
              "job.hard-capacity",
              4096,
              1,
              1_000_000,
              "Most requests that one subtask has at hand: when `job.capacity` and `job.aside-capacity`"
                  + " are full, a record is let in only while a checkpoint waits behind it.")
          .in("requests");
  static final ConfigKey<Integer> SESSION_CAPACITY =
      ConfigKey.integer(
              "job.session-capacity",
              16,
              1,
              100_000,
              "Most requests of one session that a subtask has at hand; one runs at a time.")
          .in("requests");
  static final ConfigKey<Integer> ASIDE_CAPACITY =
      ConfigKey.integer(
              "job.aside-capacity",
              16_384,
              0,
              10_000_000,
              "Requests that one subtask sets aside in state, beyond `job.capacity` and"
                  + " `job.session-capacity`, before it holds back the source. They come to hand by"
                  + " priority, then so that tenants have equally many there.")
          .in("requests");
  static final ConfigKey<Duration> METRICS_INTERVAL =
      ConfigKey.duration(
          "metrics.interval",
          "5s",
          "100ms",
          "1h",
          "Time between two records of a subtask on the metrics topic.");
  static final ConfigKey<Duration> REPORT_INTERVAL =
      ConfigKey.duration(
          "metrics.report-interval",
          "1min",
          "0ms",
          "10min",
          "Time between two reports of the whole job on the metrics topic, each of the time since the"
              + " one before, with its health; 0 for none: then health is told when it changes.");

  static final List<ConfigKey<?>> KEYS =
      List.of(
          NAME,
          CAPACITY,
          HARD_CAPACITY,
          SESSION_CAPACITY,
          ASIDE_CAPACITY,
          METRICS_INTERVAL,
          REPORT_INTERVAL);

  public static JobSettings from(Settings settings) {
    return new JobSettings(
        settings.get(NAME),
        settings.get(CAPACITY),
        settings.get(HARD_CAPACITY),
        settings.get(SESSION_CAPACITY),
        settings.get(ASIDE_CAPACITY),
        settings.get(METRICS_INTERVAL),
        settings.get(REPORT_INTERVAL));
  }
}
