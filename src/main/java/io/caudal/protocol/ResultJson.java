package io.caudal.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A result's JSON, version 1. What is null is left out; so is {@code repeated} when false. */
public final class ResultJson {
  private ResultJson() {}

  public static byte[] write(Result result) {
    return Wire.write(out -> body(out, result));
  }

  /** How many bytes a text takes as a JSON string, without the quotes. */
  public static long textBytes(String text) {
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x20) {
        bytes += "\b\t\n\f\r".indexOf(c) < 0 ? 6 : 2;
      } else if (c < 0x80) {
        bytes += c == '"' || c == '\\' ? 2 : 1;
      } else if (c < 0x800 || Character.isSurrogate(c)) {
        bytes += 2; // two surrogates make four bytes
      } else {
        bytes += 3;
      }
    }
    return bytes;
  }

  /**
   * @throws io.caudal.error.CaudalException when the bytes are not a result
   */
  public static Result read(byte[] json) {
    return Read.read("result", json, ResultJson::result);
  }

  private static void body(JsonGenerator out, Result result) throws IOException {
    out.writeStringField("request_id", result.requestId());
    Wire.text(out, "session_id", result.sessionId());
    out.writeNumberField("turn", result.turn());
    out.writeNumberField("attempt", result.attempt());
    out.writeStringField("status", result.failure() == null ? "ok" : "error");
    out.writeStringField("text", result.text());
    out.writeStringField("finish_reason", name(result.finishReason()));
    if (result.failure() != null) {
      failure(out, result.failure());
    }
    out.writeObjectFieldStart("usage");
    out.writeNumberField("prompt_tokens", result.usage().promptTokens());
    out.writeNumberField("cached_tokens", result.usage().cachedTokens());
    out.writeNumberField("completion_tokens", result.usage().completionTokens());
    out.writeEndObject();
    LogprobsJson.write(out, result.logprobs());
    ChoicesJson.write(out, result.choices());
    timings(out, result.timings());
    Wire.text(out, "model", result.model());
    out.writeNumberField("config_version", result.configVersion());
    if (result.session() != null) {
      out.writeFieldName("session");
      SessionJson.write(out, result.session());
    }
    SessionJson.write(out, result.removed());
    if (result.repeated()) {
      out.writeBooleanField("repeated", true);
    }
  }

  private static void failure(JsonGenerator out, Failure failure) throws IOException {
    out.writeObjectFieldStart("error");
    out.writeStringField("code", failure.code().code());
    out.writeStringField("kind", failure.code().kind().name().toLowerCase(Locale.ROOT));
    out.writeStringField("message", failure.message());
    out.writeBooleanField("retryable", failure.code().retryable());
    out.writeEndObject();
  }

  private static void timings(JsonGenerator out, Timings timings) throws IOException {
    out.writeObjectFieldStart("timings");
    out.writeNumberField("queue_ms", timings.queueMs());
    out.writeNumberField("restore_ms", timings.restoreMs());
    out.writeNumberField("prefill_ms", timings.prefillMs());
    out.writeNumberField("decode_ms", timings.decodeMs());
    out.writeNumberField("ttft_ms", timings.ttftMs());
    out.writeNumberField("total_ms", timings.totalMs());
    out.writeEndObject();
  }

  private static Result result(ObjectNode object) throws Refusal {
    JsonFields fields = new JsonFields(object, "");
    JsonFields usage = Read.object(fields, "usage");
    JsonFields timings = Read.object(fields, "timings");
    String text = fields.text("text");
    return new Result(
        Read.text(fields, "request_id"),
        fields.text("session_id"),
        Read.count(fields, "turn"),
        Read.whole(fields, "attempt"),
        text == null ? "" : text,
        reason(Read.text(fields, "finish_reason")),
        failure(fields),
        new Usage(
            Read.count(usage, "prompt_tokens"),
            Read.count(usage, "cached_tokens"),
            Read.count(usage, "completion_tokens")),
        new Timings(
            Read.millis(timings, "queue_ms"),
            Read.millis(timings, "restore_ms"),
            Read.millis(timings, "prefill_ms"),
            Read.millis(timings, "decode_ms"),
            Read.millis(timings, "ttft_ms"),
            Read.millis(timings, "total_ms")),
        fields.text("model"),
        Read.whole(fields, "config_version"),
        fields.flag("repeated", false),
        LogprobsJson.read(fields),
        ChoicesJson.read(fields),
        fields.get("session") == null ? null : SessionJson.read(Read.object(fields, "session")),
        SessionJson.removed(fields));
  }

  static FinishReason reason(String name) throws Refusal {
    for (FinishReason reason : FinishReason.values()) {
      if (name(reason).equals(name)) {
        return reason;
      }
    }
    throw new Refusal(ErrorCode.BAD_FIELD, "finish_reason = " + Quoted.of(name) + " is not known");
  }

  static String name(FinishReason reason) {
    return reason.name().toLowerCase(Locale.ROOT);
  }

  private static @Nullable Failure failure(JsonFields fields) throws Refusal {
    if (fields.get("error") == null) {
      return null;
    }
    JsonFields error = Read.object(fields, "error");
    String message = error.text("message");
    return new Failure(Read.code(error, "code"), message == null ? "" : message);
  }
}
