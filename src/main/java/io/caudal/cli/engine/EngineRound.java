package io.caudal.cli.engine;

import io.caudal.engine.host.Engine;
import io.caudal.protocol.SamplingParams;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** One round of the engine benchmark: all sessions start together. */
final class EngineRound {
  private static final double NANOS_PER_SECOND = 1e9;

  /** The disturbing prompt arrives when every session has generated this share of its answer. */
  private static final int UNDISTURBED_SHARE = 4;

  private final Engine engine;
  private final int sessions;
  private final int promptTokens;
  private final int newTokens;
  private final SamplingParams sampling;
  private final SplittableRandom random;

  /**
   * @param round seeds the prompts, so that rounds don't share any
   */
  EngineRound(
      Engine engine,
      int sessions,
      int promptTokens,
      int newTokens,
      SamplingParams sampling,
      int round) {
    this.engine = engine;
    this.sessions = sessions;
    this.promptTokens = promptTokens;
    this.newTokens = newTokens;
    this.sampling = sampling;
    this.random = new SplittableRandom(round * 1_000_003L + sessions);
  }

  /**
   * @param disturbingTokens length of a prompt that arrives while the sessions decode, in a second
   *     pass; 0 for none
   */
  EngineFigures run(int disturbingTokens) {
    long start = System.nanoTime();
    RoundTimes times = times(start(), start);
    EngineFigures figures = figures(times);
    return disturbingTokens == 0 ? figures : figures.with(disturb(times, disturbingTokens));
  }

  private Interference disturb(RoundTimes undisturbed, int tokens) {
    long start = System.nanoTime();
    List<PendingAnswer> answers = start();
    answers.forEach(answer -> answer.awaitTokens(newTokens / UNDISTURBED_SHARE));
    PendingAnswer arriving = submit(sessions, tokens, 1);
    RoundTimes disturbed = times(answers, start);
    arriving.await();
    return Interference.of(undisturbed, disturbed, arriving);
  }

  private List<PendingAnswer> start() {
    List<PendingAnswer> answers = new ArrayList<>();
    for (int i = 0; i < sessions; i++) {
      answers.add(submit(i, promptTokens, newTokens));
    }
    return answers;
  }

  private PendingAnswer submit(int id, int tokens, int most) {
    int[] prompt = random.ints(tokens, 0, engine.model().vocabularySize()).toArray();
    return PendingAnswer.submit(engine, id, prompt, sampling, List.of(), most);
  }

  private static RoundTimes times(List<PendingAnswer> answers, long start) {
    answers.forEach(PendingAnswer::await);
    return new RoundTimes(
        start,
        answers.stream().map(PendingAnswer::tokenNanos).filter(nanos -> nanos.length > 0).toList());
  }

  private EngineFigures figures(RoundTimes times) {
    long allDecode = times.allDecode();
    long firstEnds = times.firstEnds();
    long decoded = times.tokens().filter(nanos -> nanos > allDecode && nanos <= firstEnds).count();
    double[] gaps = times.gaps();
    int answered = times.tokenNanos().size();
    return new EngineFigures(
        answered,
        decoded / Math.max(1e-9, (firstEnds - allDecode) / NANOS_PER_SECOND),
        (double) promptTokens * answered / ((allDecode - times.startNanos()) / NANOS_PER_SECOND),
        EngineFigures.percentile(times.ttft(), 0.5),
        EngineFigures.percentile(gaps, 0.5),
        EngineFigures.percentile(gaps, 0.99),
        null);
  }
}
