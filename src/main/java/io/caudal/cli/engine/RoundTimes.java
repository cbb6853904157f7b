package io.caudal.cli.engine;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * When the tokens of a round came.
 *
 * @param startNanos when the sessions' prompts were handed over
 * @param tokenNanos of each session that answered, when each of its tokens came; at least one
 */
record RoundTimes(long startNanos, List<long[]> tokenNanos) {
  private static final double NANOS_PER_MILLI = 1e6;

  /** When the last session got its first token, so that all decode. */
  long allDecode() {
    return tokenNanos.stream().mapToLong(nanos -> nanos[0]).max().orElse(startNanos);
  }

  /** When the first session ended. */
  long firstEnds() {
    return tokenNanos.stream()
        .mapToLong(nanos -> nanos[nanos.length - 1])
        .min()
        .orElse(allDecode());
  }

  LongStream tokens() {
    return tokenNanos.stream().flatMapToLong(Arrays::stream);
  }

  /** Milliseconds between tokens of a session, sorted. */
  double[] gaps() {
    return gaps(begin -> true, end -> true);
  }

  /** Those of the gaps that begin and end where the predicates say. */
  double[] gaps(LongPredicate begin, LongPredicate end) {
    return tokenNanos.stream()
        .flatMapToDouble(
            nanos ->
                IntStream.range(1, nanos.length)
                    .filter(i -> begin.test(nanos[i - 1]) && end.test(nanos[i]))
                    .mapToDouble(i -> (nanos[i] - nanos[i - 1]) / NANOS_PER_MILLI))
        .sorted()
        .toArray();
  }

  /** Gaps between tokens after all prompts were prefilled. */
  double[] decodeGaps() {
    long from = allDecode();
    return gaps(begin -> begin >= from, end -> true);
  }

  /** Milliseconds until each session's first token, sorted. */
  double[] ttft() {
    return tokenNanos.stream()
        .mapToDouble(nanos -> (nanos[0] - startNanos) / NANOS_PER_MILLI)
        .sorted()
        .toArray();
  }
}
