package io.caudal.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What may name a request, a session, a tenant or a model. */
final class Ids {
  static final int MAX_CHARS = 256;

  /** Starts the keys of requests without a session; see {@link SessionKeys}. */
  static final char RESERVED = '~';

  /** A record may be larger than any that is taken, and is not read to its end for a name. */
  private static final int MOST_SEARCHED = 1 << 20;

  private Ids() {}

  static void check(String field, String id, int maxChars) throws Refusal {
    if (id.isEmpty() || id.length() > maxChars) {
      throw new Refusal(
          ErrorCode.BAD_PARAMETER,
          field + " has " + id.length() + " characters, allowed are 1 to " + maxChars);
    }
    for (int i = 0; i < id.length(); i++) {
      if (Character.isISOControl(id.charAt(i))) {
        throw new Refusal(
            ErrorCode.BAD_PARAMETER, field + " has a control character at position " + i);
      }
    }
  }

  static void checkSession(String field, String id) throws Refusal {
    check(field, id, MAX_CHARS);
    if (id.charAt(0) == RESERVED) {
      throw new Refusal(
          ErrorCode.BAD_PARAMETER,
          field
              + " = "
              + Quoted.of(id)
              + " is not allowed: names that begin with '~' are reserved");
    }
  }

  /**
   * Looks for a usable id in a record that may be broken anywhere: the first top-level string field
   * of that name, as far as the text can be read, in its first mebibyte.
   */
  static @Nullable String find(byte[] value, String field) {
    // Bytes that are not UTF-8 become U+FFFD, so that what comes after them can be read.
    int searched = Math.min(value.length, MOST_SEARCHED);
    String text = new String(value, 0, searched, StandardCharsets.UTF_8);
    try (JsonParser parser = Wire.FACTORY.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean wanted = field.equals(parser.currentName());
        JsonToken token = parser.nextToken();
        if (wanted) {
          return token == JsonToken.VALUE_STRING ? usable(parser.getText()) : null;
        }
        parser.skipChildren();
      }
    } catch (IOException e) {
      return null; // The caller reports what is wrong with the record.
    }
    return null;
  }

  private static @Nullable String usable(String id) {
    if (Quoted.loneSurrogate(id) >= 0 || id.indexOf('\uFFFD') >= 0) {
      return null;
    }
    try {
      check("", id, MAX_CHARS);
      return id;
    } catch (Refusal e) {
      return null;
    }
  }
}
