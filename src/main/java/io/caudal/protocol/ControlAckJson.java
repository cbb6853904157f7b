package io.caudal.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A control acknowledgement's JSON, version 1. */
public final class ControlAckJson {
  private ControlAckJson() {}

  public static byte[] write(ControlAck ack) {
    return Wire.write(
        out -> {
          out.writeStringField("change_id", ack.changeId());
          out.writeNumberField("subtask", ack.subtask());
          out.writeNumberField("subtasks", ack.subtasks());
          out.writeNumberField("config_version", ack.configVersion());
          out.writeStringField("status", ack.problems().isEmpty() ? "applied" : "refused");
          Wire.texts(out, "applied", ack.applied());
          Wire.texts(out, "previous", ack.previous());
          out.writeArrayFieldStart("problems");
          for (String problem : ack.problems()) {
            out.writeString(problem);
          }
          out.writeEndArray();
          report(out, ack.report());
        });
  }

  /**
   * @throws io.caudal.error.CaudalException when the bytes are not an acknowledgement
   */
  public static ControlAck read(byte[] json) {
    return Read.read("control acknowledgement", json, ControlAckJson::ack);
  }

  private static ControlAck ack(ObjectNode object) throws Refusal {
    JsonFields fields = new JsonFields(object, "");
    List<String> problems = new ArrayList<>();
    JsonNode listed = fields.get("problems");
    for (JsonNode problem : listed == null ? List.<JsonNode>of() : listed) {
      problems.add(problem.asText());
    }
    return new ControlAck(
        Read.text(fields, "change_id"),
        Read.count(fields, "subtask"),
        Read.count(fields, "subtasks"),
        Read.whole(fields, "config_version"),
        Read.texts(fields, "applied"),
        Read.texts(fields, "previous"),
        problems,
        report(fields));
  }

  private static void report(JsonGenerator out, @Nullable ControlReport report) throws IOException {
    if (report == null) {
      return;
    }
    SessionJson.write(out, report.removed());
    if (!report.sessions().isEmpty()) {
      out.writeArrayFieldStart("sessions");
      for (SessionInfo session : report.sessions()) {
        SessionJson.write(out, session);
      }
      out.writeEndArray();
    }
    out.writeNumberField("page", report.page());
    out.writeBooleanField("last", report.last());
  }

  private static @Nullable ControlReport report(JsonFields fields) throws Refusal {
    if (fields.get("page") == null) {
      return null;
    }
    List<SessionInfo> sessions = new ArrayList<>();
    for (JsonFields session : Read.objects(fields, "sessions")) {
      sessions.add(SessionJson.read(session));
    }
    return new ControlReport(
        SessionJson.removed(fields),
        List.copyOf(sessions),
        Read.count(fields, "page"),
        fields.flag("last", false));
  }
}
