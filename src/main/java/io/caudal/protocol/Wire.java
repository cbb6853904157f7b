package io.caudal.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.error.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Jackson as all wire records use it: strict JSON, shallow, no duplicate keys, nothing after. */
final class Wire {
  /** The version that this code writes, and the only one it reads. */
  static final int VERSION = 1;

  private static final int MAX_DEPTH = 64;

  /** Larger than any record may be: the record's size is checked before. */
  private static final int MAX_TEXT = 1 << 30;

  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(MAX_TEXT)
                  .build())
          .build();

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(FACTORY).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final ObjectReader READER = MAPPER.readerFor(JsonNode.class);

  private Wire() {}

  /** The JSON object that {@code json} is. */
  static ObjectNode object(byte[] json) throws Refusal {
    JsonNode node;
    try {
      node = READER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new Refusal(
          ErrorCode.BAD_JSON,
          "not valid JSON"
              + (e.getLocation() == null ? "" : " at byte " + e.getLocation().getByteOffset())
              + ": "
              + Quoted.clean(e.getOriginalMessage()));
    } catch (IOException e) {
      throw new Refusal(ErrorCode.BAD_JSON, "not valid JSON: " + Quoted.clean(e.getMessage()));
    }
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw new Refusal(
        ErrorCode.BAD_JSON, "a record must be a JSON object, this is " + JsonFields.typeOf(node));
  }

  /** An object with {@code "v"} first, then what {@code body} writes. */
  static byte[] write(Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator out = FACTORY.createGenerator(bytes)) {
      out.writeStartObject();
      out.writeNumberField("v", VERSION);
      body.write(out);
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  static void text(JsonGenerator out, String name, @Nullable String value) throws IOException {
    if (value != null) {
      out.writeStringField(name, value);
    }
  }

  /** An object of texts, in the order of its names. */
  static void texts(JsonGenerator out, String name, Map<String, String> texts) throws IOException {
    out.writeObjectFieldStart(name);
    for (Map.Entry<String, String> entry : new TreeMap<>(texts).entrySet()) {
      out.writeStringField(entry.getKey(), entry.getValue());
    }
    out.writeEndObject();
  }

  /** Writes the fields of one object. */
  interface Body {
    void write(JsonGenerator out) throws IOException;
  }
}
