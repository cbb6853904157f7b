package io.caudal.cli.local;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ConfigurationUtils;
import org.apache.flink.configuration.GlobalConfiguration;

/** Flink's configuration of one run: the one in {@code flink-conf/} with what differs. */
final class FlinkConf {
  private FlinkConf() {}

  /**
   * Writes {@code conf/} in the run folder.
   *
   * @return what was written
   */
  static Configuration write(Path from, RunFolder folder, Map<String, String> changes) {
    Configuration configuration = GlobalConfiguration.loadConfiguration(from.toString());
    configuration.setString("execution.checkpointing.dir", uri(folder, "checkpoints"));
    configuration.setString("execution.checkpointing.savepoint-dir", uri(folder, "savepoints"));
    configuration.setString("io.tmp.dirs", folder.resolve("tmp").toString());
    changes.forEach(configuration::setString);
    try {
      Files.write(
          folder.resolve("conf/config.yaml"),
          ConfigurationUtils.convertConfigToWritableLines(configuration, true));
    } catch (IOException e) {
      throw unwritable(folder, e);
    }
    copyLogging(from, folder);
    return configuration;
  }

  /** The logging configuration that every process of the run reads. */
  static void copyLogging(Path from, RunFolder folder) {
    try {
      Files.copy(
          from.resolve("log4j2.properties"),
          folder.resolve("conf/log4j2.properties"),
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw unwritable(folder, e);
    }
  }

  private static CaudalException unwritable(RunFolder folder, IOException e) {
    return new CaudalException(
        ErrorCode.STORAGE_UNAVAILABLE, "cannot write " + folder.resolve("conf") + ": " + e, e);
  }

  private static String uri(RunFolder folder, String child) {
    return folder.resolve(child).toUri().toString();
  }
}
