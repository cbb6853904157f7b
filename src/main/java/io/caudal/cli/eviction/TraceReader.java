package io.caudal.cli.eviction;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a trace in Mooncake's format (github.com/kvcache-ai/Mooncake, FAST'25): one JSON object a
 * line with {@code timestamp} (ms), {@code input_length}, {@code output_length} (tokens) and {@code
 * hash_ids} (of consecutive prefix blocks). Other fields are passed over. An id counts with all ids
 * before it, so that ids of single blocks will do too. A time before that of the line above counts
 * as the same time.
 */
final class TraceReader {
  private static final JsonFactory JSON = new JsonFactory();
  private static final long CHAIN = 0xd6e8feb86659fd93L;

  private final Path file;
  private final int blockTokens;
  private final LongInterner prefixes = new LongInterner();
  private final List<TraceRequest> requests = new ArrayList<>();
  private long[] ids = new long[64];
  private long before;

  private TraceReader(Path file, int blockTokens) {
    this.file = file;
    this.blockTokens = blockTokens;
  }

  /**
   * @throws CaudalException {@code CONFIG_INVALID} for a file that can't be read or is empty,
   *     {@code BAD_JSON}, {@code MISSING_FIELD} or {@code BAD_FIELD} naming the line
   */
  static Trace read(Path file, int blockTokens) {
    TraceReader reader = new TraceReader(file, blockTokens);
    int line = 0;
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String text = lines.readLine(); text != null; text = lines.readLine()) {
        line++;
        if (!text.isBlank()) {
          reader.add(text, line);
        }
      }
    } catch (IOException e) {
      String why = Files.isRegularFile(file) ? "cannot be read: " + e : "is not a file";
      throw new CaudalException(ErrorCode.CONFIG_INVALID, "--trace " + file + " " + why);
    }
    if (reader.requests.isEmpty()) {
      throw new CaudalException(ErrorCode.CONFIG_INVALID, "--trace " + file + " has no request");
    }
    return new Trace(blockTokens, reader.prefixes.size(), reader.requests);
  }

  private void add(String text, int line) throws IOException {
    double timestamp = -1;
    double input = -1;
    double output = -1;
    int count = -1;
    try (JsonParser json = JSON.createParser(text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw bad(ErrorCode.BAD_JSON, line, "is not a JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        switch (name) {
          case "timestamp" -> timestamp = number(json, name, line);
          case "input_length" -> input = number(json, name, line);
          case "output_length" -> output = number(json, name, line);
          case "hash_ids" -> count = ids(json, line);
          default -> json.skipChildren();
        }
      }
    } catch (JsonProcessingException e) {
      throw bad(ErrorCode.BAD_JSON, line, "is not JSON: " + e.getOriginalMessage());
    }
    required(timestamp, "timestamp", line);
    required(input, "input_length", line);
    required(output, "output_length", line);
    required(count, "hash_ids", line);
    before = Math.max(before, (long) timestamp);
    int full = count > 0 && input < (double) count * blockTokens ? count - 1 : count;
    requests.add(new TraceRequest(before, full, (int) output, chain(count)));
  }

  private double number(JsonParser json, String field, int line) throws IOException {
    boolean isNumber = json.currentToken().isNumeric();
    double value = isNumber ? json.getDoubleValue() : -1;
    if (!(value >= 0 && value <= Integer.MAX_VALUE * 1e6)) {
      throw bad(
          ErrorCode.BAD_FIELD,
          line,
          String.format("has %s %s, not a number from 0 on", field, json.getText()));
    }
    return value;
  }

  private int ids(JsonParser json, int line) throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw bad(ErrorCode.BAD_FIELD, line, "has hash_ids that are no list");
    }
    int count = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
        throw bad(
            ErrorCode.BAD_FIELD, line, "has hash id " + json.getText() + ", not a whole number");
      }
      if (count == ids.length) {
        ids = Arrays.copyOf(ids, 2 * count);
      }
      ids[count++] = json.getLongValue();
    }
    return count;
  }

  /** Each block's number: that of its id chained to the blocks before it. */
  private int[] chain(int count) {
    int[] blocks = new int[count];
    long parent = -1;
    for (int i = 0; i < count; i++) {
      long mixed = ((parent + 1) * CHAIN ^ ids[i]) * CHAIN;
      blocks[i] = prefixes.number(mixed ^ mixed >>> 29);
      parent = blocks[i];
    }
    return blocks;
  }

  private void required(double value, String field, int line) {
    if (value < 0) {
      throw bad(ErrorCode.MISSING_FIELD, line, "has no " + field);
    }
  }

  private CaudalException bad(ErrorCode code, int line, String what) {
    return new CaudalException(code, String.format("--trace %s: line %d %s", file, line, what));
  }
}
