package io.caudal.cli.engine;

import io.caudal.engine.Generation;
import io.caudal.protocol.ResponseFormat;
import io.caudal.protocol.SamplingParams;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** What a {@link Soak} asks, drawn with one seed. For one thread. */
final class SoakRequests {
  private static final int LONGEST_TURN = 48;
  private static final int LONGEST_ANSWER = 32;
  private static final int BEGINNING = 96;

  /** What a turn may add to a session. */
  static final int MOST_TOKENS = BEGINNING + LONGEST_TURN + LONGEST_ANSWER;

  private static final int TENANTS = 3;

  private final SplittableRandom random;
  private final int vocabulary;
  private final int[] beginning;
  private final int[] probe;
  private int made;

  /**
   * @param vocabulary how many token ids there are
   */
  SoakRequests(int vocabulary, long seed) {
    this.vocabulary = vocabulary;
    this.random = new SplittableRandom(seed);
    this.beginning = tokens(BEGINNING);
    this.probe = tokens(LONGEST_TURN);
  }

  /** A number from 0 on, below the bound. */
  int any(int bound) {
    return random.nextInt(bound);
  }

  /** Tokens that all sessions of a kind begin with. */
  int[] beginning() {
    return beginning;
  }

  /** A prompt that is always the same. */
  int[] probe() {
    return probe;
  }

  int[] prompt() {
    return tokens(1 + random.nextInt(LONGEST_TURN));
  }

  private int[] tokens(int count) {
    return random.ints(count, 0, vocabulary).toArray();
  }

  SamplingParams sampling() {
    return random.nextBoolean()
        ? SamplingParams.GREEDY
        : new SamplingParams(0.8, 0.95, 40, 0, null, 0, 0, 1.1);
  }

  static SamplingParams json() {
    return new SamplingParams(
        0, 1, 0, 0, null, 0, 0, 1, false, Map.of(), 2, ResponseFormat.JSON_OBJECT, 1);
  }

  /**
   * A request of any tenant and priority.
   *
   * @param stored tokens of the session whose KV was handed over
   */
  Generation generation(
      @Nullable String session,
      int stored,
      int[] context,
      SamplingParams sampling,
      long deadlineMillis) {
    made++;
    return new Generation(
        "soak-request-" + made,
        session,
        context,
        0,
        stored,
        sampling,
        made,
        List.of(),
        sampling.equals(SamplingParams.GREEDY)
            ? LONGEST_ANSWER
            : 1 + random.nextInt(LONGEST_ANSWER),
        random.nextInt(3) - 1,
        "tenant-" + random.nextInt(TENANTS),
        deadlineMillis);
  }
}
