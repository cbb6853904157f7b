package io.caudal.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.error.ErrorCode;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Turns records of the requests topic into {@link Request}s. Safe for use by any thread; never
 * throws for bad input, however bad.
 *
 * <p>A record that can't be understood becomes a dead letter, and an error result too when a
 * request id could be read from it, so that its client does not wait for ever. A well-formed
 * request with a value out of range ({@code BAD_PARAMETER}, {@code EMPTY_PROMPT}) becomes an error
 * result only.
 */
public final class RequestParser implements Serializable {
  private final long maxBytes;
  private final int maxNewTokens;

  /**
   * @param maxBytes {@code request.max-bytes}
   * @param maxNewTokens {@code request.max-new-tokens}
   */
  public RequestParser(long maxBytes, int maxNewTokens) {
    this.maxBytes = maxBytes;
    this.maxNewTokens = maxNewTokens;
  }

  /**
   * @param key the record's key, the session id in UTF-8; null or empty for none
   * @param value the record's value; null in a tombstone
   * @param timestampMillis Kafka's timestamp: the request's arrival
   */
  public ParseOutcome parse(
      byte @Nullable [] key,
      byte @Nullable [] value,
      String topic,
      int partition,
      long offset,
      long timestampMillis) {
    byte[] bytes = value == null ? new byte[0] : value;
    try {
      return ParseOutcome.accepted(read(key, bytes, timestampMillis));
    } catch (Refusal refusal) {
      String requestId = Ids.find(bytes, "request_id");
      DeadLetter deadLetter = null;
      if (requestId == null || !understood(refusal.code())) {
        deadLetter =
            DeadLetter.of(
                refusal.code(),
                refusal.reason(),
                topic,
                partition,
                offset,
                timestampMillis,
                key,
                bytes);
      }
      return ParseOutcome.rejected(
          new Rejection(
              new Failure(refusal.code(), refusal.reason()),
              requestId,
              session(bytes, key),
              timestampMillis,
              deadLetter));
    }
  }

  private Request read(byte @Nullable [] key, byte[] value, long arrivalMillis) throws Refusal {
    if (value.length == 0) {
      throw new Refusal(ErrorCode.EMPTY_RECORD, "the record has no value");
    }
    if (value.length > maxBytes) {
      throw new Refusal(
          ErrorCode.TOO_LARGE,
          "the record has "
              + value.length
              + " bytes, the most is "
              + maxBytes
              + " (`request.max-bytes`)");
    }
    utf8("value", value);
    ObjectNode object = Wire.object(value);
    checkVersion(object.get("v"));
    new JsonFields(object, "").refuseUnknown(RequestFields.WIRE);
    String keySession = key == null || key.length == 0 ? null : utf8("key", key);
    return new RequestFields(object, maxNewTokens).read(keySession, arrivalMillis);
  }

  static void checkVersion(@Nullable JsonNode version) throws Refusal {
    if (version == null || (version.isInt() && version.intValue() == Wire.VERSION)) {
      return;
    }
    throw new Refusal(
        ErrorCode.UNKNOWN_VERSION,
        "v = "
            + Quoted.of(version.toString())
            + " is not a version that this release reads: "
            + Wire.VERSION);
  }

  private static boolean understood(ErrorCode code) {
    return code == ErrorCode.BAD_PARAMETER || code == ErrorCode.EMPTY_PROMPT;
  }

  private static @Nullable String session(byte[] value, byte @Nullable [] key) {
    String session = Ids.find(value, "session_id");
    try {
      if (session == null && key != null && key.length > 0) {
        session = utf8("key", key);
      }
      if (session != null) {
        Ids.checkSession("session_id", session);
      }
      return session;
    } catch (Refusal e) {
      return null; // Not a session anybody can have.
    }
  }

  private static String utf8(String what, byte[] bytes) throws Refusal {
    try {
      // A new decoder reports malformed input; String's constructor would replace it.
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new Refusal(ErrorCode.BAD_UTF8, "the record's " + what + " is not valid UTF-8");
    }
  }
}
