package io.caudal.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How a vocabulary writes the bytes of a token, told from the tokenizer's decoder. */
enum TokenSpelling {
  /** A printable character for each byte (GPT-2, {@code bytes_to_unicode}). */
  BYTE_LEVEL {
    @Override
    byte @Nullable [] spelled(String piece) {
      byte[] bytes = new byte[piece.length()];
      for (int i = 0; i < bytes.length; i++) {
        int value = piece.charAt(i) < BYTES.length ? BYTES[piece.charAt(i)] : -1;
        if (value < 0) {
          return null;
        }
        bytes[i] = (byte) value;
      }
      return bytes;
    }
  },
  /** {@code ▁} for a space, {@code <0x0A>} for a byte (SentencePiece). */
  METASPACE {
    @Override
    byte @Nullable [] spelled(String piece) {
      if (piece.length() == 6 && piece.startsWith("<0x") && piece.endsWith(">")) {
        try {
          return new byte[] {(byte) Integer.parseInt(piece.substring(3, 5), 16)};
        } catch (NumberFormatException e) {
          // A text that only looks like a byte.
        }
      }
      return piece.replace('\u2581', ' ').getBytes(StandardCharsets.UTF_8);
    }
  },
  /** Not in pieces of bytes, or not known here. */
  OTHER {
    @Override
    byte @Nullable [] spelled(String piece) {
      return null;
    }
  };

  /** The byte that each character stands for; -1 for none. */
  private static final int[] BYTES = byteOfCharacter();

  abstract byte @Nullable [] spelled(String piece);

  byte @Nullable [] bytes(@Nullable String piece) {
    return piece == null ? null : spelled(piece);
  }

  /**
   * @param decoder of {@code tokenizer.json}
   */
  static TokenSpelling of(JsonNode decoder) {
    return switch (decoder.path("type").asText()) {
      case "ByteLevel" -> BYTE_LEVEL;
      case "Metaspace", "ByteFallback" -> METASPACE;
      case "Replace" ->
          decoder.path("pattern").path("String").asText().equals("\u2581") ? METASPACE : OTHER;
      case "Sequence" -> ofSequence(decoder.path("decoders"));
      default -> OTHER;
    };
  }

  private static TokenSpelling ofSequence(JsonNode decoders) {
    for (JsonNode decoder : decoders) {
      TokenSpelling spelling = of(decoder);
      if (spelling != OTHER) {
        return spelling;
      }
    }
    return OTHER;
  }

  private static int[] byteOfCharacter() {
    int[] bytes = new int[512];
    Arrays.fill(bytes, -1);
    int next = 256;
    for (int value = 0; value < 256; value++) {
      boolean printable = (value >= '!' && value <= '~') || (value >= 0xA1 && value != 0xAD);
      bytes[printable ? value : next++] = value;
    }
    return bytes;
  }
}
