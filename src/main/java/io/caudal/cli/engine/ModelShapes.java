package io.caudal.cli.engine;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.util.Map;
import java.util.TreeMap;

/**
 * The shape of a Llama model to make up.
 *
 * @param hidden numbers of a token's state
 * @param intermediate numbers inside the feed-forward layer
 */
record ModelShapes(
    int hidden, int layers, int heads, int kvHeads, int headDim, int intermediate, int vocabulary) {

  private static final Map<String, ModelShapes> NAMED =
      new TreeMap<>(
          Map.of(
              "2m", new ModelShapes(192, 5, 6, 2, 32, 512, 1024),
              "135m", new ModelShapes(576, 30, 9, 3, 64, 1536, 49152),
              "360m", new ModelShapes(960, 32, 15, 5, 64, 2560, 49152),
              "1b", new ModelShapes(2048, 16, 32, 8, 64, 8192, 128256)));

  /** A named shape, or {@code hidden,layers,heads,kvHeads,headDim,intermediate,vocabulary}. */
  static ModelShapes parse(String text) {
    ModelShapes named = NAMED.get(text);
    if (named != null) {
      return named;
    }
    String[] parts = text.split(",", -1);
    try {
      if (parts.length == 7) {
        return new ModelShapes(
            size(parts[0]),
            size(parts[1]),
            size(parts[2]),
            size(parts[3]),
            size(parts[4]),
            size(parts[5]),
            size(parts[6]));
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new CaudalException(
        ErrorCode.BAD_PARAMETER,
        "--shape "
            + text
            + " is not allowed: one of "
            + NAMED.keySet()
            + " or hidden,layers,heads,kvHeads,headDim,intermediate,vocabulary");
  }

  private static int size(String text) {
    int size = Integer.parseInt(text.trim());
    if (size < 1) {
      throw new NumberFormatException(text);
    }
    return size;
  }
}
