package io.caudal.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.cli.client.PlacedLetter;
import io.caudal.protocol.DeadLetter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;

/** A dead letter for people and for programs. */
final class LetterText {
  private static final int BYTES_A_LINE = 32;

  private LetterText() {}

  static boolean hasCode(PlacedLetter placed, String code) {
    return placed.letter().code().code().equals(code.toLowerCase(Locale.ROOT));
  }

  static String line(PlacedLetter placed) {
    DeadLetter letter = placed.letter();
    return String.format(
        "%-8s %s %-16s %s %s",
        placed.position(), time(letter), letter.code().code(), source(letter), letter.reason());
  }

  /** All but the original. */
  static ObjectNode json(PlacedLetter placed) {
    DeadLetter letter = placed.letter();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("partition", placed.partition()).put("offset", placed.offset());
    json.put("timestamp_ms", letter.timestampMillis()).put("code", letter.code().code());
    json.put("reason", letter.reason());
    json.putObject("source")
        .put("topic", letter.topic())
        .put("partition", letter.partition())
        .put("offset", letter.offset());
    return json.put("original_bytes", letter.originalBytes()).put("whole", letter.isWhole());
  }

  static String details(PlacedLetter placed, int mostBytes) {
    DeadLetter letter = placed.letter();
    byte[] key = letter.key();
    byte[] shown = Arrays.copyOf(letter.original(), Math.min(mostBytes, letter.original().length));
    return String.format(
        "position  %s%ntime      %s%ncode      %s%nreason    %s%nsource    %s%nkey       %s%n"
            + "value     %d bytes%s%n%n%s",
        placed.position(),
        time(letter),
        letter.code().code(),
        letter.reason(),
        source(letter),
        key == null ? (letter.keyBytes() == 0 ? "none" : letter.keyBytes() + " bytes") : text(key),
        letter.originalBytes(),
        shown.length < letter.originalBytes() ? ", of these the first " + shown.length : "",
        text(shown));
  }

  private static String time(DeadLetter letter) {
    return Instant.ofEpochMilli(letter.timestampMillis()).toString();
  }

  private static String source(DeadLetter letter) {
    return letter.topic() + "/" + letter.partition() + "/" + letter.offset();
  }

  /** As it is, if a terminal can show it and does nothing else; else in hexadecimal. */
  static String text(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      boolean plain =
          text.codePoints().noneMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\t');
      return plain ? text : hex(bytes);
    } catch (CharacterCodingException e) {
      return hex(bytes);
    }
  }

  private static String hex(byte[] bytes) {
    StringBuilder out = new StringBuilder();
    HexFormat format = HexFormat.ofDelimiter(" ");
    for (int from = 0; from < bytes.length; from += BYTES_A_LINE) {
      int to = Math.min(bytes.length, from + BYTES_A_LINE);
      out.append(from == 0 ? "" : "\n").append(format.formatHex(bytes, from, to));
    }
    return out.toString();
  }
}
