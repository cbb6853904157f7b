package io.caudal.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JSON of what results and acknowledgements tell of sessions. */
public final class SessionJson {
  private SessionJson() {}

  /** A session's object as text. */
  public static String text(SessionInfo info) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = Wire.FACTORY.createGenerator(text)) {
      write(out, info);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return text.toString();
  }

  static void write(JsonGenerator out, SessionInfo info) throws IOException {
    out.writeStartObject();
    out.writeStringField("session_id", info.sessionId());
    if (!info.tenant().isEmpty()) {
      out.writeStringField("tenant", info.tenant());
    }
    out.writeNumberField("turns", info.turns());
    out.writeNumberField("tokens", info.tokens());
    out.writeNumberField("kv_tokens", info.kvTokens());
    out.writeNumberField("kv_bytes", info.kvBytes());
    out.writeStringField("tier", info.tier());
    if (info.busy()) {
      out.writeBooleanField("busy", true);
    }
    out.writeNumberField("created_ms", info.createdMillis());
    out.writeNumberField("last_used_ms", info.lastUsedMillis());
    out.writeNumberField("expires_ms", info.expiresMillis());
    if (info.pinned()) {
      out.writeBooleanField("pinned", true);
    }
    if (!info.chain().isEmpty()) {
      out.writeArrayFieldStart("chain");
      for (String hash : info.chain()) {
        out.writeString(hash);
      }
      out.writeEndArray();
    }
    out.writeEndObject();
  }

  static SessionInfo read(JsonFields fields) throws Refusal {
    String tenant = fields.text("tenant");
    List<String> chain = new ArrayList<>();
    JsonNode hashes = fields.get("chain");
    for (JsonNode hash : hashes == null ? List.<JsonNode>of() : hashes) {
      chain.add(hash.asText());
    }
    return new SessionInfo(
        Read.text(fields, "session_id"),
        tenant == null ? "" : tenant,
        Read.count(fields, "turns"),
        Read.count(fields, "tokens"),
        Read.count(fields, "kv_tokens"),
        Read.whole(fields, "kv_bytes"),
        Read.text(fields, "tier"),
        fields.flag("busy", false),
        Read.whole(fields, "created_ms"),
        Read.whole(fields, "last_used_ms"),
        Read.whole(fields, "expires_ms"),
        fields.flag("pinned", false),
        List.copyOf(chain));
  }

  static void write(JsonGenerator out, @Nullable Removed removed) throws IOException {
    if (removed != null) {
      out.writeObjectFieldStart("removed");
      out.writeNumberField("sessions", removed.sessions());
      out.writeNumberField("device_tokens", removed.deviceTokens());
      out.writeNumberField("host_bytes", removed.hostBytes());
      out.writeNumberField("state_bytes", removed.stateBytes());
      out.writeEndObject();
    }
  }

  static @Nullable Removed removed(JsonFields fields) throws Refusal {
    if (!(fields.get("removed") instanceof ObjectNode object)) {
      return null;
    }
    JsonFields removed = new JsonFields(object, "removed.");
    return new Removed(
        Read.whole(removed, "sessions"),
        Read.whole(removed, "device_tokens"),
        Read.whole(removed, "host_bytes"),
        Read.whole(removed, "state_bytes"));
  }
}
