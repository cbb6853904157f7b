package io.caudal.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * Profiling of a running job.
 *
 * @param duration how long from the change on; zero for off
 * @param jfr whether TaskManagers record by Java Flight Recorder meanwhile
 */
public record ProfileSettings(Duration duration, boolean jfr) implements Serializable {
  static final ConfigKey<Duration> DURATION =
      ConfigKey.duration(
              "profile.duration",
              "0ms",
              "0ms",
              "10min",
              "How long from the change on subtasks and step loops write down what they do when; see"
                  + " `bin/caudal profile`. 0 is off, and costs nothing.")
          .live();
  static final ConfigKey<Boolean> JFR =
      ConfigKey.flag(
              "profile.jfr",
              false,
              "Whether each TaskManager also records by Java Flight Recorder for that time, into a file"
                  + " beside its log.")
          .live();

  static final List<ConfigKey<?>> KEYS = List.of(DURATION, JFR);

  public static ProfileSettings from(Settings settings) {
    return new ProfileSettings(settings.get(DURATION), settings.get(JFR));
  }
}
