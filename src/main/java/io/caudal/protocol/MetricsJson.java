package io.caudal.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.MetricsRecord.About;
import io.caudal.protocol.MetricsRecord.Details;
import io.caudal.protocol.MetricsRecord.Device;
import io.caudal.protocol.MetricsRecord.LatencySummary;
import io.caudal.protocol.MetricsRecord.Top;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A metrics record's JSON, version 1. */
public final class MetricsJson {
  private MetricsJson() {}

  public static byte[] write(MetricsRecord record) {
    return Wire.write(out -> body(out, record));
  }

  /**
   * @throws io.caudal.error.CaudalException when the bytes are not a metrics record
   */
  public static MetricsRecord read(byte[] json) {
    return Read.read("metrics record", json, MetricsJson::record);
  }

  private static void body(JsonGenerator out, MetricsRecord record) throws IOException {
    out.writeNumberField("subtask", record.subtask());
    out.writeNumberField("subtasks", record.about().subtasks());
    out.writeNumberField("attempt", record.attempt());
    out.writeNumberField("window_start_ms", record.windowStartMillis());
    out.writeNumberField("window_end_ms", record.windowEndMillis());
    out.writeStringField("task_manager", record.about().taskManager());
    out.writeStringField("model", record.about().model());
    out.writeStringField("device", record.about().device().name());
    if (!record.about().device().missing().isEmpty()) {
      out.writeStringField("device_missing", record.about().device().missing());
    }
    out.writeStringField("state_backend", record.about().stateBackend());
    out.writeNumberField("config_version", record.about().configVersion());
    Wire.texts(out, "settings", record.about().settings());
    out.writeObjectFieldStart("counters");
    for (Map.Entry<String, Long> counter : new TreeMap<>(record.counters()).entrySet()) {
      out.writeNumberField(counter.getKey(), counter.getValue());
    }
    out.writeEndObject();
    out.writeObjectFieldStart("gauges");
    for (Map.Entry<String, Double> gauge : new TreeMap<>(record.gauges()).entrySet()) {
      out.writeNumberField(gauge.getKey(), gauge.getValue());
    }
    out.writeEndObject();
    out.writeObjectFieldStart("latencies_ms");
    for (Map.Entry<String, LatencySummary> entry : new TreeMap<>(record.latencies()).entrySet()) {
      LatencySummary latency = entry.getValue();
      out.writeObjectFieldStart(entry.getKey());
      out.writeNumberField("count", latency.count());
      out.writeNumberField("p50", latency.p50());
      out.writeNumberField("p95", latency.p95());
      out.writeNumberField("p99", latency.p99());
      out.writeNumberField("max", latency.max());
      out.writeStringField("sketch", latency.sketch());
      out.writeEndObject();
    }
    out.writeEndObject();
    details(out, record.details());
  }

  private static void details(JsonGenerator out, Details details) throws IOException {
    if (!details.tops().isEmpty()) {
      out.writeObjectFieldStart("tops");
      for (Map.Entry<String, List<Top>> entry : new TreeMap<>(details.tops()).entrySet()) {
        out.writeArrayFieldStart(entry.getKey());
        for (Top top : entry.getValue()) {
          out.writeStartObject();
          out.writeStringField("key", top.key());
          out.writeNumberField("amount", top.amount());
          out.writeNumberField("error", top.error());
          out.writeEndObject();
        }
        out.writeEndArray();
      }
      out.writeEndObject();
    }
    if (!details.timeline().isEmpty()) {
      out.writeStringField("timeline", details.timeline());
    }
  }

  private static MetricsRecord record(ObjectNode object) throws Refusal {
    JsonFields fields = new JsonFields(object, "");
    String type = fields.text("type");
    if (type != null) {
      throw new Refusal(ErrorCode.BAD_FIELD, "type is '" + type + "'"); // health, or a report
    }
    Map<String, Long> counters = new TreeMap<>();
    JsonFields counts = Read.object(fields, "counters");
    for (Map.Entry<String, JsonNode> entry : counts.object().properties()) {
      counters.put(entry.getKey(), Read.whole(counts, entry.getKey()));
    }
    Map<String, Double> gauges = new TreeMap<>();
    JsonFields levels = Read.object(fields, "gauges");
    for (Map.Entry<String, JsonNode> entry : levels.object().properties()) {
      gauges.put(entry.getKey(), Read.millis(levels, entry.getKey()));
    }
    Map<String, LatencySummary> latencies = new TreeMap<>();
    JsonFields sketches = Read.object(fields, "latencies_ms");
    for (Map.Entry<String, JsonNode> entry : sketches.object().properties()) {
      latencies.put(entry.getKey(), latency(Read.object(sketches, entry.getKey())));
    }
    return new MetricsRecord(
        Read.count(fields, "subtask"),
        Read.whole(fields, "attempt"),
        Read.whole(fields, "window_start_ms"),
        Read.whole(fields, "window_end_ms"),
        counters,
        gauges,
        latencies,
        about(fields),
        details(fields));
  }

  private static Details details(JsonFields fields) throws Refusal {
    Map<String, List<Top>> tops = new TreeMap<>();
    JsonFields told = Read.object(fields, "tops");
    for (Map.Entry<String, JsonNode> entry : told.object().properties()) {
      List<Top> list = new ArrayList<>();
      for (JsonFields top : Read.objects(told, entry.getKey())) {
        list.add(
            new Top(Read.text(top, "key"), Read.whole(top, "amount"), Read.whole(top, "error")));
      }
      tops.put(entry.getKey(), list);
    }
    String timeline = fields.text("timeline");
    return new Details(tops, timeline == null ? "" : timeline);
  }

  private static About about(JsonFields fields) throws Refusal {
    String taskManager = fields.text("task_manager");
    String model = fields.text("model");
    String device = fields.text("device");
    String missing = fields.text("device_missing");
    String stateBackend = fields.text("state_backend");
    return new About(
        Read.count(fields, "subtasks"),
        taskManager == null ? "" : taskManager,
        model == null ? "" : model,
        new Device(device == null ? "" : device, missing == null ? "" : missing),
        stateBackend == null ? "" : stateBackend,
        Read.whole(fields, "config_version"),
        Read.texts(fields, "settings"));
  }

  private static LatencySummary latency(JsonFields fields) throws Refusal {
    return new LatencySummary(
        Read.whole(fields, "count"),
        Read.millis(fields, "p50"),
        Read.millis(fields, "p95"),
        Read.millis(fields, "p99"),
        Read.millis(fields, "max"),
        Read.text(fields, "sketch"));
  }
}
