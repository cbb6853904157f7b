package io.caudal.stream.state;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A session header's JSON, as it stays in state. A field that a later release adds is passed over
 * here, and is 0 or empty when an older release wrote the header.
 */
final class SessionHeaderJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private SessionHeaderJson() {}

  static byte[] write(SessionHeader header) {
    try {
      return MAPPER.writeValueAsBytes(header);
    } catch (IOException e) {
      throw new UncheckedIOException("writing a session header", e);
    }
  }

  static SessionHeader read(byte[] json) {
    try {
      return MAPPER.readValue(json, SessionHeader.class);
    } catch (IOException e) {
      throw new UncheckedIOException("a session header in state is damaged", e);
    }
  }
}
