package io.caudal.engine.host;

import io.caudal.config.LogSettings;
import java.util.Map;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Log levels of this process, over those of its logging configuration. All subtasks of a process
 * ask for the same. Where Log4j 2 does not log, nothing can be set, and the log says so.
 */
public final class LogLevels {
  private static final Logger LOG = LoggerFactory.getLogger(LogLevels.class);

  private static Map<String, String> inForce = Map.of();

  private LogLevels() {}

  /** Sets the levels that are named, and gives all others back to the configuration. */
  public static synchronized void apply(LogSettings settings) {
    Map<String, String> wanted = settings.effectiveLevels();
    if (wanted.equals(inForce)) {
      return;
    }
    try {
      if (!wanted.keySet().containsAll(inForce.keySet())) {
        Configurator.reconfigure();
      }
      wanted.forEach((logger, level) -> Configurator.setLevel(logger, Level.valueOf(level)));
      inForce = wanted;
    } catch (LinkageError | ClassCastException e) {
      LOG.warn("log.levels and log.verbose need Log4j 2, which does not log here", e);
    }
  }
}
