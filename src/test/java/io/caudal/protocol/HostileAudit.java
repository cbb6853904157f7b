package io.caudal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Knows what must become of hostile requests, and compares it with what became of them. The parser
 * alone, which its own tests check, says what is a result and what a dead letter.
 */
public final class HostileAudit {
  private final RequestParser parser = new RequestParser(1 << 20, 4096);

  /** Records that must be dead letters, by partition and offset. */
  private final Map<String, HostileRequest> letters = new HashMap<>();

  /** How many results each request id must have. */
  private final Map<String, Integer> results = new HashMap<>();

  /** Whether the record is a request that somebody computes for. */
  public boolean takes(HostileRequest request) {
    return parser.parse(request.key(), request.value(), "", 0, 0, 0).request() != null;
  }

  /** Notes a record and where it lies. */
  public void sent(HostileRequest request, int partition, long offset) {
    ParseOutcome outcome = parser.parse(request.key(), request.value(), "", 0, 0, 0);
    Rejection rejection = outcome.rejection();
    if (rejection != null && rejection.deadLetter() != null) {
      letters.put(partition + ":" + offset, request);
    }
    String id =
        outcome.request() != null
            ? outcome.request().requestId()
            : Objects.requireNonNull(rejection).requestId();
    if (id != null) {
      results.merge(id, 1, Integer::sum);
    }
  }

  /** How many dead letters there must be. */
  public int letters() {
    return letters.size();
  }

  /** How many results there must be. */
  public int results() {
    return results.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Fails unless exactly the records that must be are dead letters, with their bytes. */
  public void checkLetters(Collection<byte[]> values) {
    assertThat(values).hasSize(letters.size());
    for (byte[] json : values) {
      DeadLetter letter = DeadLetterJson.read(json);
      String place = letter.partition() + ":" + letter.offset();
      assertThat(letters).containsKey(place);
      HostileRequest sent = Objects.requireNonNull(letters.get(place));
      byte[] value = sent.value() == null ? new byte[0] : sent.value();
      assertThat(letter.originalBytes()).isEqualTo(value.length);
      byte[] kept = Arrays.copyOf(value, Math.min(value.length, DeadLetter.MOST_BYTES));
      assertThat(Arrays.equals(letter.original(), kept)).as("%s", sent).isTrue();
    }
  }

  /**
   * Fails unless each request id has exactly the results that it must have, all of the job's first
   * run.
   */
  public void checkResults(Collection<Result> all) {
    Map<String, List<Result>> byId = new HashMap<>();
    all.forEach(one -> byId.computeIfAbsent(one.requestId(), id -> new ArrayList<>()).add(one));
    Map<String, Integer> counts = new HashMap<>();
    byId.forEach((id, answers) -> counts.put(id, answers.size()));
    assertThat(counts).isEqualTo(results);
    byId.forEach(
        (id, answers) -> {
          // Two subtasks of a first run are 1 and 2, later ones higher; 0 is the parser's.
          assertThat(answers).allSatisfy(one -> assertThat(one.attempt()).isBetween(0L, 2L));
          if (id.contains("twice")) {
            assertThat(answers).filteredOn(one -> !one.repeated()).hasSize(1);
          }
        });
  }
}
