package io.caudal.stream.state;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.caudal.adapt.ControllerState;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * An adaptive controller's memory as JSON, as it stays in state. A field that a later release adds
 * is passed over here.
 */
public final class ControllerStateJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private ControllerStateJson() {}

  public static byte[] write(ControllerState state) {
    try {
      return MAPPER.writeValueAsBytes(state);
    } catch (IOException e) {
      throw new UncheckedIOException("writing a controller's state", e);
    }
  }

  public static ControllerState read(byte[] json) {
    try {
      return MAPPER.readValue(json, ControllerState.class);
    } catch (IOException e) {
      throw new UncheckedIOException("a controller's state is damaged", e);
    }
  }
}
