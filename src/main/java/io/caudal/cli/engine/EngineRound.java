package io.caudal.cli.engine;

import io.caudal.engine.host.Engine;
import io.caudal.protocol.SamplingParams;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** One round of the engine benchmark: all sessions start together. */
final class EngineRound {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  private EngineRound() {}

  /**
   * @param round seeds the prompts, so that rounds don't share any
   */
  static EngineFigures run(
      Engine engine, int sessions, int promptTokens, int newTokens, int round) {
    SplittableRandom random = new SplittableRandom(round * 1_000_003L + sessions);
    int vocabulary = engine.model().vocabularySize();
    List<int[]> prompts =
        IntStream.range(0, sessions)
            .mapToObj(i -> random.ints(promptTokens, 0, vocabulary).toArray())
            .toList();
    long start = System.nanoTime();
    List<PendingAnswer> answers = new ArrayList<>();
    for (int[] prompt : prompts) {
      answers.add(
          PendingAnswer.submit(
              engine, answers.size(), prompt, SamplingParams.GREEDY, List.of(), newTokens));
    }
    answers.forEach(PendingAnswer::await);
    return figures(start, promptTokens, answers.stream().map(PendingAnswer::tokenNanos).toList());
  }

  private static EngineFigures figures(long start, int promptTokens, List<long[]> tokenNanos) {
    List<long[]> times = tokenNanos.stream().filter(nanos -> nanos.length > 0).toList();
    long allDecode = times.stream().mapToLong(nanos -> nanos[0]).max().orElse(start);
    long firstEnds =
        times.stream().mapToLong(nanos -> nanos[nanos.length - 1]).min().orElse(allDecode);
    long decoded =
        times.stream()
            .flatMapToLong(java.util.Arrays::stream)
            .filter(nanos -> nanos > allDecode && nanos <= firstEnds)
            .count();
    double[] gaps =
        times.stream()
            .flatMap(
                nanos -> IntStream.range(1, nanos.length).mapToObj(i -> nanos[i] - nanos[i - 1]))
            .sorted(Comparator.naturalOrder())
            .mapToDouble(gap -> gap / NANOS_PER_MILLI)
            .toArray();
    double[] ttft =
        times.stream().mapToDouble(n -> (n[0] - start) / NANOS_PER_MILLI).sorted().toArray();
    return new EngineFigures(
        times.size(),
        decoded / Math.max(1e-9, (firstEnds - allDecode) / NANOS_PER_SECOND),
        (double) promptTokens * times.size() / ((allDecode - start) / NANOS_PER_SECOND),
        EngineFigures.percentile(ttft, 0.5),
        EngineFigures.percentile(gaps, 0.5),
        EngineFigures.percentile(gaps, 0.99));
  }
}
