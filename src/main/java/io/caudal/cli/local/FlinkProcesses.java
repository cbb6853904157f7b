package io.caudal.cli.local;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.IllegalConfigurationException;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.jobmanager.JobManagerProcessSpec;
import org.apache.flink.runtime.jobmanager.JobManagerProcessUtils;
import org.apache.flink.runtime.util.config.memory.ProcessMemoryUtils;

/**
 * Starts Flink's processes with the memory flags that Flink's scripts would give them, and those of
 * {@code env.java.opts}.
 */
final class FlinkProcesses {
  private static final String TASK_MANAGER =
      "org.apache.flink.runtime.taskexecutor.TaskManagerRunner";
  private static final String JOB_MANAGER =
      "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint";

  /** It does little, and to compile that well would take the cores from others. */
  private static final String QUICKLY_COMPILED = "-XX:TieredStopAtLevel=1 ";

  private static final Pattern COLLECTOR =
      Pattern.compile("-XX:\\+Use(Serial|Parallel|G1|Z|Shenandoah|Epsilon)GC");

  private final RunFolder folder;
  private final Configuration configuration;
  private final List<Path> classPath;
  private final List<String> moreFlags;
  private final Map<String, String> taskManagerEnvironment;

  /**
   * @param configuration what {@code conf/} in the folder says
   */
  FlinkProcesses(RunFolder folder, Configuration configuration, List<Path> classPath) {
    this(folder, configuration, classPath, List.of(), Map.of());
  }

  /**
   * @param moreFlags for each JVM, after those
   * @param taskManagerEnvironment variables of the TaskManagers, besides our own
   */
  FlinkProcesses(
      RunFolder folder,
      Configuration configuration,
      List<Path> classPath,
      List<String> moreFlags,
      Map<String, String> taskManagerEnvironment) {
    this.folder = folder;
    this.configuration = configuration;
    this.classPath = classPath;
    this.moreFlags = moreFlags;
    this.taskManagerEnvironment = taskManagerEnvironment;
  }

  ChildProcess startJobManager() {
    JobManagerProcessSpec spec = memory(JobManagerProcessUtils::processSpecFromConfig);
    return start(
        "jobmanager",
        JobManagerProcessUtils.generateJvmParametersStr(spec, configuration),
        QUICKLY_COMPILED + configuration.get(CoreOptions.FLINK_JM_JVM_OPTIONS),
        JOB_MANAGER,
        words(JobManagerProcessUtils.generateDynamicConfigsStr(spec)).toList(),
        Map.of());
  }

  /**
   * @param id its resource id, and the name of its logs
   */
  ChildProcess startTaskManager(String id) {
    TaskExecutorProcessSpec spec = memory(TaskExecutorProcessUtils::processSpecFromConfig);
    List<String> arguments =
        Stream.concat(
                Stream.of("-D", "taskmanager.resource-id=" + id),
                words(TaskExecutorProcessUtils.generateDynamicConfigsStr(spec)))
            .toList();
    return start(
        id,
        ProcessMemoryUtils.generateJvmParametersStr(spec),
        configuration.get(CoreOptions.FLINK_TM_JVM_OPTIONS),
        TASK_MANAGER,
        arguments,
        taskManagerEnvironment);
  }

  private ChildProcess start(
      String name,
      String memoryFlags,
      String ownFlags,
      String mainClass,
      List<String> arguments,
      Map<String, String> environment) {
    List<String> all = new ArrayList<>(List.of("--configDir", folder.resolve("conf").toString()));
    all.addAll(arguments);
    List<String> flags = new ArrayList<>();
    Stream.of(memoryFlags, configuration.get(CoreOptions.FLINK_JVM_OPTIONS), ownFlags)
        .flatMap(FlinkProcesses::words)
        .forEach(flags::add);
    if (flags.stream().noneMatch(COLLECTOR.asMatchPredicate())) {
      flags.add("-XX:+UseSerialGC"); // small heaps, and others need the cores
    }
    flags.addAll(moreFlags);
    return ChildProcess.start(name, folder, flags, classPath, mainClass, all, environment);
  }

  private <T> T memory(Function<Configuration, T> spec) {
    try {
      return spec.apply(configuration);
    } catch (IllegalConfigurationException e) {
      throw new CaudalException(
          ErrorCode.CONFIG_INVALID, "memory in flink-conf/config.yaml: " + e.getMessage(), e);
    }
  }

  private static Stream<String> words(String text) {
    return Stream.of(text.trim().split("\\s+")).filter(word -> !word.isEmpty());
  }
}
