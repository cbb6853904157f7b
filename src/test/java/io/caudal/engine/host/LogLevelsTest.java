package io.caudal.engine.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.LogSettings;
import java.util.Map;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LogLevelsTest {

  @AfterEach
  void back() {
    LogLevels.apply(new LogSettings(Map.of(), false));
  }

  @Test
  void a_named_logger_has_its_level_until_it_is_named_no_more() {
    Level configured = level("io.caudal.some.Where");

    LogLevels.apply(new LogSettings(Map.of("io.caudal.some", "trace"), false));
    assertThat(level("io.caudal.some.Where")).isEqualTo(Level.TRACE);

    LogLevels.apply(new LogSettings(Map.of("other", "off"), true));
    assertThat(level("other")).isEqualTo(Level.OFF);
    assertThat(level("io.caudal.some.Where")).isEqualTo(Level.DEBUG);

    LogLevels.apply(new LogSettings(Map.of(), false));
    assertThat(level("io.caudal.some.Where")).isEqualTo(configured);
  }

  private static Level level(String logger) {
    return LogManager.getLogger(logger).getLevel();
  }
}
