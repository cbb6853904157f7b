package io.caudal.cli.local;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What runs of a cluster: {@code cluster.json} in its run folder, there from start to stop.
 *
 * @param restPort of the JobManager
 * @param broker null where the cluster has none of its own
 * @param brokerPort 0 without a broker
 * @param started TaskManagers started so far; names the next one
 * @param job the one that runs or ran last; null before the first
 */
record ClusterRecord(
    int restPort,
    RunningProcess jobManager,
    List<RunningProcess> taskManagers,
    @Nullable RunningProcess broker,
    int brokerPort,
    int started,
    @Nullable SubmittedJob job) {

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private static Path file(RunFolder folder) {
    return folder.resolve("cluster.json");
  }

  /** Empty if no cluster was started in the folder, or it was stopped. */
  static Optional<ClusterRecord> read(RunFolder folder) {
    Path file = file(folder);
    try {
      return Files.exists(file)
          ? Optional.of(JSON.readValue(file.toFile(), ClusterRecord.class))
          : Optional.empty();
    } catch (IOException e) {
      throw new CaudalException(
          ErrorCode.STORAGE_UNAVAILABLE, "cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** Whole or not at all. */
  void write(RunFolder folder) {
    Path file = file(folder);
    Path fresh = folder.resolve("cluster.json.new");
    try {
      JSON.writerWithDefaultPrettyPrinter().writeValue(fresh.toFile(), this);
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new CaudalException(
          ErrorCode.STORAGE_UNAVAILABLE, "cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  /** Nothing runs there any more. */
  static void delete(RunFolder folder) {
    try {
      Files.deleteIfExists(file(folder));
      Files.deleteIfExists(folder.keepFile());
    } catch (IOException e) {
      throw new CaudalException(
          ErrorCode.STORAGE_UNAVAILABLE, "cannot delete " + file(folder) + ": " + e, e);
    }
  }

  /** All processes, in the order in which they are to end. */
  List<RunningProcess> processes() {
    Stream<RunningProcess> flink = Stream.concat(taskManagers.stream(), Stream.of(jobManager));
    return Stream.concat(flink, Stream.ofNullable(broker)).toList();
  }

  ClusterRecord with(RunningProcess taskManager) {
    List<RunningProcess> more = new ArrayList<>(taskManagers);
    more.add(taskManager);
    return withTaskManagers(more, started + 1);
  }

  ClusterRecord without(RunningProcess taskManager) {
    return withTaskManagers(
        taskManagers.stream().filter(one -> !one.equals(taskManager)).toList(), started);
  }

  private ClusterRecord withTaskManagers(List<RunningProcess> now, int startedNow) {
    return new ClusterRecord(
        restPort, jobManager, List.copyOf(now), broker, brokerPort, startedNow, job);
  }

  ClusterRecord with(SubmittedJob submitted) {
    return new ClusterRecord(
        restPort, jobManager, taskManagers, broker, brokerPort, started, submitted);
  }
}
