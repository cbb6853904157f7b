package io.caudal.stream.job;

import io.caudal.config.JobSettings;
import io.caudal.config.Settings;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.stream.state.UniversalCompaction;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.flink.state.rocksdb.RocksDBOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.rocksdb.CompactionStyle;

/**
 * The Flink job's main class. Arguments are settings, {@code --KEY VALUE} each; see the
 * configuration reference.
 */
public final class CaudalJob {
  /** Bounds later rescaling; a savepoint can't be restored with another. */
  private static final int MAX_PARALLELISM = 128;

  private CaudalJob() {}

  public static void main(String[] args) throws Exception {
    Settings settings;
    try {
      settings = Settings.of(parse(args));
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException(
          "Caudal's engine is not on Flink's class path: copy caudal-engine.jar and the libraries"
              + " beside it into Flink's lib folder",
          e);
    }
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    configure(environment);
    new CaudalGraph(environment, settings).build();
    environment.execute(JobSettings.from(settings).name());
  }

  /**
   * What the job needs of Flink; what only is a good default gives way to Flink's configuration.
   */
  static void configure(StreamExecutionEnvironment environment) {
    Configuration needed = new Configuration();
    needed.set(PipelineOptions.GENERIC_TYPES, false);
    needed.set(PipelineOptions.OBJECT_REUSE, true);
    byDefault(environment, needed, PipelineOptions.MAX_PARALLELISM, MAX_PARALLELISM);
    byDefault(
        environment, needed, CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(1));
    byDefault(environment, needed, CheckpointingOptions.ENABLE_UNALIGNED, true);
    // Records are few and somebody waits for each: it is sent on at once. The default would hold it
    // up to 100 ms, and each other limit takes a thread per task that wakes up as often.
    byDefault(environment, needed, ExecutionOptions.BUFFER_TIMEOUT, Duration.ZERO);
    byDefault(
        environment,
        needed,
        RocksDBConfigurableOptions.COMPACTION_STYLE,
        CompactionStyle.UNIVERSAL);
    // Not in Flink's own configuration, where jobs without this class would fail.
    byDefault(
        environment, needed, RocksDBOptions.OPTIONS_FACTORY, UniversalCompaction.class.getName());
    byDefault(environment, needed, RocksDBConfigurableOptions.USE_BLOOM_FILTER, true);
    environment.configure(needed);
  }

  private static <T> void byDefault(
      StreamExecutionEnvironment environment, Configuration to, ConfigOption<T> key, T value) {
    if (environment.getConfiguration().getOptional(key).isEmpty()) {
      to.set(key, value);
    }
  }

  static Map<String, String> parse(String[] args) {
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < args.length; i += 2) {
      boolean named = args[i].startsWith("--");
      int sign = args[i].indexOf('=');
      if (!named || sign >= 0 || i + 1 == args.length) {
        // What may be a value isn't told: it may be a secret.
        String key = named ? " (" + (sign < 0 ? args[i] : args[i].substring(0, sign)) + ")" : "";
        throw new CaudalException(
            ErrorCode.CONFIG_INVALID,
            String.format(
                "arguments are pairs of --KEY VALUE, argument %d of %d%s does not begin one",
                i + 1, args.length, key));
      }
      values.put(args[i].substring(2), args[i + 1]);
    }
    return values;
  }
}
