package io.caudal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** Requests changed at random: each is taken, or refused so that somebody hears of it. */
@NullUnmarked
class RequestParserFuzzTest {
  private static final int INPUTS = 8_000;
  private static final List<String> PIECES =
      List.of(
          "\"",
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "null",
          "1e999",
          "-0",
          "\\ud800",
          "\\u0000",
          "NaN",
          "\"v\":2,",
          "\"type\":\"cancel\",",
          "\"stop\":[],",
          "[[[[[[[[",
          "9999999999999999999",
          "\uFFFF",
          "😀",
          "\"session_id\":\"~\",");

  private final Random random = new Random(7);
  private final RequestParser parser = new RequestParser(600, 100);

  @Test
  void aMutatedRequestIsTakenOrRefused() {
    byte[][] seeds = {
      RequestJson.write(Samples.FULL),
      RequestJson.write(Samples.SMALL),
      "{\"request_id\":\"r\",\"type\":\"cancel\",\"session_id\":\"s\",\"target_request_id\":\"t\"}"
          .getBytes(StandardCharsets.UTF_8)
    };
    int taken = 0;
    for (int i = 0; i < INPUTS; i++) {
      byte[] value = seeds[i % seeds.length];
      for (int n = random.nextInt(4); n >= 0; n--) {
        value = mutate(value);
      }
      ParseOutcome outcome = parser.parse(key(), value, "t", 0, i, 1);
      if (outcome.request() != null) {
        taken++;
        assertThat(outcome.rejection()).isNull();
        assertThat(RequestJson.read(RequestJson.write(outcome.request())))
            .isEqualTo(outcome.request());
        assertThat(SessionKeys.of(outcome.request())).isNotEmpty();
      } else {
        Rejection rejection = outcome.rejection();
        assertThat(rejection.failure().message()).isNotBlank();
        assertThat(rejection.requestId() != null || rejection.deadLetter() != null).isTrue();
        if (rejection.deadLetter() != null) {
          DeadLetterJson.read(DeadLetterJson.write(rejection.deadLetter()));
        }
      }
    }
    assertThat(taken).isBetween(INPUTS / 100, INPUTS * 9 / 10);
  }

  private byte[] key() {
    return switch (random.nextInt(8)) {
      case 0 -> "s".getBytes(StandardCharsets.UTF_8);
      case 1 -> new byte[] {(byte) random.nextInt()};
      default -> null;
    };
  }

  private byte[] mutate(byte[] value) {
    int at = value.length == 0 ? 0 : random.nextInt(value.length);
    switch (random.nextInt(5)) {
      case 0 -> {
        byte[] changed = value.clone();
        if (changed.length > 0) {
          changed[at] = (byte) random.nextInt();
        }
        return changed;
      }
      case 1 -> {
        return Arrays.copyOf(value, at);
      }
      case 2 -> {
        byte[] piece = PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8);
        return splice(value, at, at, piece);
      }
      case 3 -> {
        return splice(value, at, Math.min(value.length, at + random.nextInt(8)), new byte[0]);
      }
      default -> {
        int from = value.length == 0 ? 0 : random.nextInt(value.length);
        int to = Math.min(value.length, from + random.nextInt(40));
        return splice(value, at, at, Arrays.copyOfRange(value, from, to));
      }
    }
  }

  private static byte[] splice(byte[] value, int from, int to, byte[] piece) {
    byte[] out = new byte[value.length - (to - from) + piece.length];
    System.arraycopy(value, 0, out, 0, from);
    System.arraycopy(piece, 0, out, from, piece.length);
    System.arraycopy(value, to, out, from + piece.length, value.length - to);
    return out;
  }
}
