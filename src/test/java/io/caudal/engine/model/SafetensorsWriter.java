package io.caudal.engine.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes safetensors files, well-formed ones and others. */
public final class SafetensorsWriter {
  private final ObjectNode header = new ObjectMapper().createObjectNode();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();

  public SafetensorsWriter add(String name, float[] numbers, long... shape) {
    ByteBuffer bytes = ByteBuffer.allocate(numbers.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(numbers);
    return add(name, "F32", bytes.array(), shape);
  }

  public SafetensorsWriter add(String name, String dtype, byte[] bytes, long... shape) {
    ObjectNode entry = header.putObject(name).put("dtype", dtype);
    for (long dimension : shape) {
      entry.withArray("shape").add(dimension);
    }
    entry.putArray("data_offsets").add(data.size()).add(data.size() + bytes.length);
    data.writeBytes(bytes);
    return this;
  }

  public void write(Path file) throws IOException {
    write(file, header.toString(), data.toByteArray());
  }

  static void write(Path file, String header, byte[] data) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer start = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    start.putLong(json.length).flip();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : List.of(start.array(), json, data)) {
      out.writeBytes(part);
    }
    Files.write(file, out.toByteArray());
  }
}
