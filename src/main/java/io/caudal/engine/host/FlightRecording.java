package io.caudal.engine.host;

import io.caudal.config.ProfileSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.text.ParseException;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A recording of this process by Java Flight Recorder, into a file beside its log. All subtasks of
 * a process ask for the same one.
 */
public final class FlightRecording {
  private static final Logger LOG = LoggerFactory.getLogger(FlightRecording.class);

  private static @Nullable Recording running;

  private FlightRecording() {}

  /** Starts one if that is asked for and none runs; ends the one that runs if it is not. */
  public static synchronized void apply(ProfileSettings settings) {
    boolean wanted = settings.jfr() && !settings.duration().isZero();
    Recording current = running;
    boolean runs = current != null && current.getState() == RecordingState.RUNNING;
    if (wanted == runs) {
      return;
    }
    if (wanted) {
      start(settings);
    } else if (current != null) {
      current.stop();
      current.close();
      running = null;
    }
  }

  private static void start(ProfileSettings settings) {
    // TaskManagers of a machine may log into one folder.
    String name = System.currentTimeMillis() + "-" + ProcessHandle.current().pid();
    Path file = folder().resolve("caudal-" + name + ".jfr").toAbsolutePath();
    try {
      Recording recording = new Recording(Configuration.getConfiguration("profile"));
      recording.setName("caudal");
      recording.setDuration(settings.duration());
      recording.setDestination(file);
      recording.start();
      running = recording;
      LOG.info("recording for {} into {}", settings.duration(), file);
    } catch (IOException | ParseException | IllegalStateException e) {
      LOG.warn("Java Flight Recorder can't record into {}", file, e);
    }
  }

  /** Where the log is, so that Flink's REST interface hands it out too; else the temporary one. */
  static Path folder() {
    String log = System.getProperty("log.file", "");
    Path parent = log.isEmpty() ? null : Path.of(log).toAbsolutePath().getParent();
    return parent == null ? Path.of(System.getProperty("java.io.tmpdir", ".")) : parent;
  }
}
