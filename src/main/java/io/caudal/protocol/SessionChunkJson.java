package io.caudal.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A session chunk's JSON, version 1. */
public final class SessionChunkJson {
  private SessionChunkJson() {}

  public static byte[] write(SessionChunk chunk) {
    return Wire.write(out -> body(out, chunk));
  }

  /**
   * @throws io.caudal.error.CaudalException when the bytes are not a session chunk
   */
  public static SessionChunk read(byte[] json) {
    return Read.read("session chunk", json, object -> chunk(new JsonFields(object, "")));
  }

  static void body(JsonGenerator out, SessionChunk chunk) throws IOException {
    SessionOrigin origin = chunk.origin();
    out.writeStringField("export_id", chunk.exportId());
    out.writeStringField("session_id", origin.sessionId());
    out.writeNumberField("sequence", chunk.sequence());
    out.writeNumberField("total", chunk.total());
    out.writeStringField("tenant", origin.tenant());
    out.writeNumberField("turns", origin.turns());
    out.writeNumberField("created_ms", origin.createdMillis());
    out.writeNumberField("tokens", origin.tokens());
    out.writeNumberField("kv_from", origin.kvFrom());
    out.writeNumberField("kv_tokens", origin.kvTokens());
    out.writeNumberField("block_tokens", origin.blockTokens());
    out.writeStringField("model", origin.model());
    out.writeStringField("fingerprint", hex(origin.fingerprint()));
    out.writeStringField("vocabulary", hex(origin.vocabulary()));
    out.writeStringField("kind", chunk.kind().name().toLowerCase(Locale.ROOT));
    out.writeNumberField("index", chunk.index());
    out.writeNumberField("part", chunk.part());
    out.writeStringField("crc32c", hex(Integer.toUnsignedLong(chunk.checksum())));
    out.writeBinaryField("data", chunk.data());
  }

  static @Nullable SessionChunk read(JsonFields request) throws Refusal {
    if (request.get("chunk") == null) {
      return null;
    }
    return chunk(Read.object(request, "chunk"));
  }

  private static SessionChunk chunk(JsonFields fields) throws Refusal {
    String tenant = fields.text("tenant");
    SessionOrigin origin =
        new SessionOrigin(
            Read.text(fields, "session_id"),
            tenant == null ? "" : tenant,
            Read.count(fields, "turns"),
            Read.whole(fields, "created_ms"),
            Read.count(fields, "tokens"),
            Read.count(fields, "kv_from"),
            Read.count(fields, "kv_tokens"),
            Read.count(fields, "block_tokens"),
            Read.text(fields, "model"),
            hash(fields, "fingerprint"),
            hash(fields, "vocabulary"));
    return new SessionChunk(
        Read.text(fields, "export_id"),
        Read.count(fields, "sequence"),
        Read.count(fields, "total"),
        origin,
        kind(fields),
        Read.count(fields, "index"),
        Read.count(fields, "part"),
        data(fields),
        (int) hash(fields, "crc32c"));
  }

  private static SessionChunk.Kind kind(JsonFields fields) throws Refusal {
    String text = Read.text(fields, "kind");
    for (SessionChunk.Kind kind : SessionChunk.Kind.values()) {
      if (kind.name().toLowerCase(Locale.ROOT).equals(text)) {
        return kind;
      }
    }
    throw new Refusal(
        ErrorCode.BAD_FIELD, fields.path() + "kind = " + Quoted.of(text) + " is not known");
  }

  private static byte[] data(JsonFields fields) throws Refusal {
    try {
      return Base64.getDecoder().decode(Read.text(fields, "data"));
    } catch (IllegalArgumentException e) {
      throw new Refusal(ErrorCode.BAD_FIELD, fields.path() + "data is not base64");
    }
  }

  private static long hash(JsonFields fields, String name) throws Refusal {
    String text = Read.text(fields, name);
    try {
      return Long.parseUnsignedLong(text, 16);
    } catch (NumberFormatException e) {
      throw fields.outOfRange(name, Quoted.of(text), "1 to 16 hexadecimal digits");
    }
  }

  private static String hex(long value) {
    return String.format(Locale.ROOT, "%016x", value);
  }
}
