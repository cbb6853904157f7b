package io.caudal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whatever a client sends is taken, or refused so that somebody hears of it. */
class HostileRequestsTest {
  private static final int REQUESTS = 20_000;
  private static final int MAX_BYTES = 1 << 20;

  private final RequestParser parser = new RequestParser(MAX_BYTES, 4096);
  private final Map<HostileKind, Integer> refused = new EnumMap<>(HostileKind.class);

  @Test
  void each_is_taken_or_refused_with_its_original_bytes() {
    HostileRequests hostile = new HostileRequests(42, "h-", 10 << 20);
    int taken = 0;
    for (int i = 0; i < REQUESTS; i++) {
      boolean large = i % 4000 == 0;
      taken += check(large ? hostile.next(HostileKind.TOO_LARGE) : hostile.next(), i) ? 1 : 0;
    }
    assertThat(taken).isBetween(REQUESTS / 20, REQUESTS * 6 / 10);
    Set<HostileKind> notHere = EnumSet.of(HostileKind.DUPLICATE, HostileKind.ENORMOUS_PROMPT);
    assertThat(refused.keySet()).isEqualTo(EnumSet.complementOf(EnumSet.copyOf(notHere)));
  }

  @Test
  void the_same_seed_makes_the_same_requests() {
    HostileRequests one = new HostileRequests(7, "h-", 100);
    HostileRequests other = new HostileRequests(7, "h-", 100);
    for (int i = 0; i < 200; i++) {
      assertThat(one.next()).usingRecursiveComparison().isEqualTo(other.next());
    }
  }

  private boolean check(HostileRequest sent, int offset) {
    ParseOutcome outcome = parser.parse(sent.key(), sent.value(), "t", 3, offset, 1);
    Request request = outcome.request();
    if (request != null) {
      assertThat(outcome.rejection()).isNull();
      assertThat(RequestJson.read(RequestJson.write(request))).isEqualTo(request);
      assertThat(SessionKeys.of(request)).isNotEmpty();
      return true;
    }
    refused.merge(sent.kind(), 1, Integer::sum);
    Rejection rejection = Objects.requireNonNull(outcome.rejection());
    assertThat(rejection.failure().message()).isNotBlank().hasSizeLessThan(2000);
    DeadLetter letter = rejection.deadLetter();
    assertThat(letter != null || rejection.requestId() != null).as("%s", sent).isTrue();
    if (letter != null) {
      checkLetter(sent, letter, offset);
    }
    return false;
  }

  private static void checkLetter(HostileRequest sent, DeadLetter letter, int offset) {
    byte[] value = sent.value() == null ? new byte[0] : sent.value();
    assertThat(letter.originalBytes()).isEqualTo(value.length);
    byte[] kept = Arrays.copyOf(value, Math.min(value.length, DeadLetter.MOST_BYTES));
    // Not AssertJ's comparison of arrays, which looks at each byte as an object.
    assertThat(Arrays.equals(letter.original(), kept)).isTrue();
    assertThat(letter.offset()).isEqualTo(offset);
    byte[] json = DeadLetterJson.write(letter);
    assertThat(json.length).isLessThan(1_000_000);
    byte[] again = DeadLetterJson.write(DeadLetterJson.read(json));
    assertThat(Arrays.equals(again, json)).isTrue();
  }
}
