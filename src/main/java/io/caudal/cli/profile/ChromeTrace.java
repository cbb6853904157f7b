package io.caudal.cli.profile;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.metrics.Timeline.Span;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A profile in the Trace Event Format of Chrome, which Perfetto opens: a process for each
 * TaskManager, a thread for each track, a complete event ({@code X}) for each span.
 */
public final class ChromeTrace {
  /** Of a process at most; the numbers are no process's, for that thread would be a main one. */
  private static final int THREADS = 1_000_000;

  private ChromeTrace() {}

  /**
   * @throws CaudalException {@code STORAGE_UNAVAILABLE}
   */
  public static void write(Profile profile, Path file) {
    try (OutputStream out = Files.newOutputStream(file);
        JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("displayTimeUnit", "ms");
      json.writeArrayFieldStart("traceEvents");
      int process = 1;
      for (Map.Entry<String, List<Span>> one : profile.spans().entrySet()) {
        process(json, process++, one.getKey(), one.getValue());
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new CaudalException(
          ErrorCode.STORAGE_UNAVAILABLE, "cannot write " + file + ": " + e, e);
    }
  }

  private static void process(JsonGenerator json, int process, String id, List<Span> spans)
      throws IOException {
    name(json, "process_name", process, 0, id.isEmpty() ? "TaskManager" : id);
    Map<String, Integer> threads = new LinkedHashMap<>();
    for (String track : new TreeSet<>(spans.stream().map(Span::track).toList())) {
      int thread = process * THREADS + threads.size();
      threads.put(track, thread);
      name(json, "thread_name", process, thread, track);
    }
    for (Span span : spans) {
      json.writeStartObject();
      json.writeStringField("ph", "X");
      json.writeStringField("name", span.name());
      json.writeStringField("cat", "caudal");
      json.writeNumberField("ts", span.startMicros());
      json.writeNumberField("dur", span.micros());
      json.writeNumberField("pid", process);
      json.writeNumberField("tid", threads.getOrDefault(span.track(), 0));
      json.writeObjectFieldStart("args");
      if (!span.detail().isEmpty()) {
        json.writeStringField("request", span.detail());
      }
      json.writeNumberField("amount", span.amount());
      json.writeEndObject();
      json.writeEndObject();
    }
  }

  private static void name(JsonGenerator json, String what, int process, int thread, String name)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("ph", "M");
    json.writeStringField("name", what);
    json.writeNumberField("pid", process);
    json.writeNumberField("tid", thread);
    json.writeObjectFieldStart("args");
    json.writeStringField("name", name);
    json.writeEndObject();
    json.writeEndObject();
  }
}
