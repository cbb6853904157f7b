package io.caudal.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Parses and checks the JSON header of a safetensors file: every tensor lies within the file, none
 * overlaps another, and sizes fit shapes.
 */
final class SafetensorsHeader {
  /** Bytes per number of the format's types; only some of them can be computed with. */
  private static final Map<String, Integer> SIZES =
      Map.ofEntries(
          Map.entry("F64", 8),
          Map.entry("I64", 8),
          Map.entry("U64", 8),
          Map.entry("F32", 4),
          Map.entry("I32", 4),
          Map.entry("U32", 4),
          Map.entry("F16", 2),
          Map.entry("BF16", 2),
          Map.entry("I16", 2),
          Map.entry("U16", 2),
          Map.entry("I8", 1),
          Map.entry("U8", 1),
          Map.entry("BOOL", 1),
          Map.entry("F8_E4M3", 1),
          Map.entry("F8_E5M2", 1));

  private final Path path;
  private final long dataStart;
  private final long dataBytes;

  SafetensorsHeader(Path path, long dataStart, long dataBytes) {
    this.path = path;
    this.dataStart = dataStart;
    this.dataBytes = dataBytes;
  }

  Map<String, TensorEntry> parse(byte[] json) {
    Map<String, TensorEntry> tensors = new HashMap<>();
    JsonNode header = JsonFile.parse(path, json);
    header
        .properties()
        .forEach(
            field -> {
              if (!field.getKey().equals("__metadata__")) {
                tensors.put(field.getKey(), entry(field.getKey(), field.getValue()));
              }
            });
    refuseOverlaps(tensors);
    return tensors;
  }

  private TensorEntry entry(String name, JsonNode node) {
    String dtype = node.path("dtype").asText("");
    Integer size = SIZES.get(dtype);
    if (size == null) {
      throw damaged(name, "has the unknown dtype '" + dtype + "'");
    }
    JsonNode offsets = node.path("data_offsets");
    if (offsets.size() != 2 || !isOffset(offsets.get(0)) || !isOffset(offsets.get(1))) {
      throw damaged(name, "has data_offsets " + offsets);
    }
    long begin = offsets.get(0).longValue();
    long end = offsets.get(1).longValue();
    if (begin > end || end > dataBytes) {
      throw damaged(name, "lies at " + offsets + " of " + dataBytes + " bytes of data");
    }
    List<Long> shape = shape(name, node.path("shape"));
    long numbers = numbers(name, shape);
    if (numbers > Long.MAX_VALUE / size || numbers * size != end - begin) {
      throw damaged(name, shape + " of " + dtype + " takes " + (end - begin) + " bytes");
    }
    return new TensorEntry(name, dtype, shape, dataStart + begin, dataStart + end);
  }

  private List<Long> shape(String name, JsonNode node) {
    List<Long> shape = new ArrayList<>();
    for (JsonNode dimension : node) {
      if (!isOffset(dimension)) {
        throw damaged(name, "has the shape " + node);
      }
      shape.add(dimension.longValue());
    }
    if (!node.isArray()) {
      throw damaged(name, "has no shape");
    }
    return List.copyOf(shape);
  }

  private long numbers(String name, List<Long> shape) {
    try {
      return shape.stream().reduce(1L, Math::multiplyExact);
    } catch (ArithmeticException e) {
      throw damaged(name, "has the shape " + shape);
    }
  }

  private static boolean isOffset(JsonNode node) {
    return node.isIntegralNumber() && node.canConvertToLong() && node.longValue() >= 0;
  }

  private void refuseOverlaps(Map<String, TensorEntry> tensors) {
    List<TensorEntry> byOffset = new ArrayList<>(tensors.values());
    byOffset.sort(Comparator.comparingLong(TensorEntry::begin).thenComparing(TensorEntry::end));
    for (int i = 1; i < byOffset.size(); i++) {
      if (byOffset.get(i).begin() < byOffset.get(i - 1).end()) {
        throw damaged(byOffset.get(i).name(), "overlaps " + byOffset.get(i - 1).name());
      }
    }
  }

  private CaudalException damaged(String name, String problem) {
    return new CaudalException(
        ErrorCode.MODEL_DAMAGED, String.format("%s: tensor %s %s", path, name, problem));
  }
}
