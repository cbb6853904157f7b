package io.caudal.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** A token chunk's JSON, version 1. */
public final class TokenChunkJson {
  private TokenChunkJson() {}

  public static byte[] write(TokenChunk chunk) {
    return Wire.write(
        out -> {
          out.writeStringField("request_id", chunk.requestId());
          Wire.text(out, "session_id", chunk.sessionId());
          out.writeNumberField("attempt", chunk.attempt());
          out.writeNumberField("index", chunk.index());
          out.writeStringField("text", chunk.text());
          out.writeBooleanField("last", chunk.last());
          if (chunk.choice() != 0) {
            out.writeNumberField("choice", chunk.choice());
          }
        });
  }

  /**
   * @throws io.caudal.error.CaudalException when the bytes are not a token chunk
   */
  public static TokenChunk read(byte[] json) {
    return Read.read("token chunk", json, TokenChunkJson::chunk);
  }

  private static TokenChunk chunk(ObjectNode object) throws Refusal {
    JsonFields fields = new JsonFields(object, "");
    return new TokenChunk(
        Read.text(fields, "request_id"),
        fields.text("session_id"),
        Read.whole(fields, "attempt"),
        Read.count(fields, "index"),
        Read.text(fields, "text"),
        fields.flag("last", false),
        Read.count(fields, "choice"));
  }
}
