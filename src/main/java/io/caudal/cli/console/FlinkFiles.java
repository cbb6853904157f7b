package io.caudal.cli.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Files and texts that Flink's REST interface hands out: logs, recordings, configuration. */
public final class FlinkFiles {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern RECORDING = Pattern.compile("caudal-(\\d+)-\\d+\\.jfr");

  private final JobRest rest;

  public FlinkFiles(JobRest rest) {
    this.rest = rest;
  }

  /** The logs of JobManager and TaskManagers, by name; where one can't be had, that it can't. */
  public Map<String, byte[]> logs() {
    Map<String, String> paths = new TreeMap<>();
    paths.put("jobmanager.log", "/jobmanager/log");
    for (String id : taskManagers()) {
      String name = "taskmanager-" + id.replaceAll("[^\\w.-]", "_") + ".log";
      paths.put(name, "/taskmanagers/" + id + "/log");
    }
    Map<String, byte[]> logs = new TreeMap<>();
    paths.forEach(
        (name, path) -> {
          Optional<byte[]> log = rest.bytes(path);
          String why = rest.address() + path + ": no file there, or no answer\n";
          logs.put(
              log.isPresent() ? name : name + ".missing",
              log.orElseGet(() -> why.getBytes(StandardCharsets.UTF_8)));
        });
    return logs;
  }

  /**
   * Flink's own settings, and what it says of itself and a job, by name.
   *
   * @param jobId empty for no job
   */
  public Map<String, byte[]> answers(String jobId) {
    Map<String, String> paths = new TreeMap<>();
    paths.put("overview.json", "/overview");
    paths.put("jobmanager-config.json", "/jobmanager/config");
    paths.put("taskmanagers.json", "/taskmanagers");
    if (!jobId.isEmpty()) {
      paths.put("job.json", "/jobs/" + jobId);
      paths.put("job-config.json", "/jobs/" + jobId + "/config");
      paths.put("checkpoints.json", "/jobs/" + jobId + "/checkpoints");
      paths.put("exceptions.json", "/jobs/" + jobId + "/exceptions");
    }
    Map<String, byte[]> answers = new TreeMap<>();
    paths.forEach((name, path) -> rest.bytes(path).ifPresent(b -> answers.put(name, b)));
    return answers;
  }

  /**
   * Fetches the flight recordings that began then or later.
   *
   * @throws CaudalException {@code STORAGE_UNAVAILABLE}
   */
  public List<Path> recordings(long sinceMillis, Path folder) {
    Set<Path> fetched = new TreeSet<>(); // of TaskManagers with one folder each has all
    for (String id : taskManagers()) {
      for (JsonNode log : json("/taskmanagers/" + id + "/logs").path("logs")) {
        String name = log.path("name").asText();
        Matcher matcher = RECORDING.matcher(name);
        if (matcher.matches() && Long.parseLong(matcher.group(1)) >= sinceMillis) {
          rest.bytes("/taskmanagers/" + id + "/logs/" + name)
              .ifPresent(content -> fetched.add(save(folder.resolve(name), content)));
        }
      }
    }
    return List.copyOf(fetched);
  }

  private List<String> taskManagers() {
    List<String> ids = new ArrayList<>();
    for (JsonNode one : json("/taskmanagers").path("taskmanagers")) {
      ids.add(one.path("id").asText());
    }
    return ids;
  }

  private static Path save(Path file, byte[] content) {
    try {
      return Files.write(file, content);
    } catch (IOException e) {
      throw new CaudalException(
          ErrorCode.STORAGE_UNAVAILABLE, "cannot write " + file + ": " + e, e);
    }
  }

  private JsonNode json(String path) {
    try {
      Optional<byte[]> bytes = rest.bytes(path);
      return bytes.isEmpty() ? JSON.missingNode() : JSON.readTree(bytes.get());
    } catch (IOException e) {
      return JSON.missingNode();
    }
  }
}
