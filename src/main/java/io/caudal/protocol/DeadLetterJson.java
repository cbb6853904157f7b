package io.caudal.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.error.ErrorCode;
import java.util.Base64;

/** A dead letter's JSON, version 1. The original bytes are in base64. */
public final class DeadLetterJson {
  private DeadLetterJson() {}

  public static byte[] write(DeadLetter letter) {
    return Wire.write(
        out -> {
          out.writeStringField("code", letter.code().code());
          out.writeStringField("reason", letter.reason());
          out.writeStringField("topic", letter.topic());
          out.writeNumberField("partition", letter.partition());
          out.writeNumberField("offset", letter.offset());
          out.writeNumberField("timestamp_ms", letter.timestampMillis());
          byte[] key = letter.key();
          if (key != null) {
            out.writeBinaryField("key", key);
          }
          if (letter.keyBytes() > 0) {
            out.writeNumberField("key_bytes", letter.keyBytes());
          }
          out.writeBinaryField("original", letter.original());
          out.writeNumberField("original_bytes", letter.originalBytes());
        });
  }

  /**
   * @throws io.caudal.error.CaudalException when the bytes are not a dead letter
   */
  public static DeadLetter read(byte[] json) {
    return Read.read("dead letter", json, DeadLetterJson::letter);
  }

  private static DeadLetter letter(ObjectNode object) throws Refusal {
    JsonFields fields = new JsonFields(object, "");
    byte[] original = base64("original", Read.text(fields, "original"));
    String key = fields.text("key");
    return new DeadLetter(
        Read.code(fields, "code"),
        Read.text(fields, "reason"),
        Read.text(fields, "topic"),
        Read.count(fields, "partition"),
        Read.whole(fields, "offset"),
        Read.whole(fields, "timestamp_ms"),
        key == null ? null : base64("key", key),
        Read.count(fields, "key_bytes"),
        original,
        fields.get("original_bytes") == null
            ? original.length
            : Read.count(fields, "original_bytes"));
  }

  private static byte[] base64(String name, String text) throws Refusal {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new Refusal(ErrorCode.BAD_FIELD, name + " is not base64");
    }
  }
}
