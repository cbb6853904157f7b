package io.caudal.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * How the Flink job runs; what Flink itself has a key for is set there (parallelism, checkpoints,
 * state backend).
 *
 * @param capacity requests that one subtask takes in before it holds back the source
 * @param hardCapacity requests above {@code capacity} let in so that a checkpoint can pass
 * @param metricsInterval time between two records of a subtask on the metrics topic
 */
public record JobSettings(String name, int capacity, int hardCapacity, Duration metricsInterval)
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
          "Requests that one subtask takes in, queued and running, before it holds back the"
              + " source.");
  static final ConfigKey<Integer> HARD_CAPACITY =
      ConfigKey.integer(
          "job.hard-capacity",
          4096,
          1,
          1_000_000,
          "Most requests of one subtask: above `job.capacity` a record is let in only while a"
              + " checkpoint waits behind it.");
  static final ConfigKey<Duration> METRICS_INTERVAL =
      ConfigKey.duration(
          "metrics.interval",
          "5s",
          "100ms",
          "1h",
          "Time between two records of a subtask on the metrics topic.");

  static final List<ConfigKey<?>> KEYS = List.of(NAME, CAPACITY, HARD_CAPACITY, METRICS_INTERVAL);

  public static JobSettings from(Settings settings) {
    return new JobSettings(
        settings.get(NAME),
        settings.get(CAPACITY),
        settings.get(HARD_CAPACITY),
        settings.get(METRICS_INTERVAL));
  }
}
