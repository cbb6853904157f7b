package io.caudal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.EngineSettings;
import io.caudal.config.Settings;
import io.caudal.error.CaudalException;
import io.caudal.kv.HostKv;
import io.caudal.kv.KvPool;
import io.caudal.protocol.ResponseFormat;
import io.caudal.protocol.SamplingParams;
import io.caudal.schedule.TokenLog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.NullUnmarked;

/** What is drawn depends on the seed and the position, whatever else is in the batch. */
@NullUnmarked
class SeededSamplingTest {
  private static final int MOST = 20;

  record Ask(int promptTokens, int promptKind, long seed, SamplingParams sampling) {}

  @Property(tries = 150)
  void an_answer_is_the_same_alone_and_in_any_batch(
      @ForAll("asks") List<Ask> asks,
      @ForAll @IntRange(min = 1, max = 6) int maxBatch,
      @ForAll @IntRange(min = 16, max = 128) int tokenBudget) {
    StepEngine crowded = engine(maxBatch, tokenBudget);
    List<Heard> together = new ArrayList<>();
    for (int i = 0; i < asks.size(); i++) {
      together.add(submit(crowded, "r" + i, asks.get(i), new int[0]));
    }
    run(crowded);
    for (int i = 0; i < asks.size(); i++) {
      Heard alone = alone(asks.get(i), new int[0]);
      assertThat(together.get(i).outcome.output()).isEqualTo(alone.outcome.output());
      assertThat(together.get(i).outcome.text()).isEqualTo(alone.outcome.text());
      assertThat(together.get(i).scores)
          .usingRecursiveFieldByFieldElementComparator()
          .isEqualTo(alone.scores);
    }
  }

  @Property(tries = 100)
  void an_answer_that_continues_is_the_one_that_was_begun(
      @ForAll("ask") Ask ask, @ForAll @IntRange(max = MOST) int cut) {
    Heard whole = alone(ask, new int[0]);
    int begun = Math.min(cut, whole.outcome.output().length);
    Heard rest = alone(ask, Arrays.copyOf(whole.outcome.output(), begun));
    assertThat(rest.outcome.output()).isEqualTo(whole.outcome.output());
    assertThat(rest.outcome.reason()).isEqualTo(whole.outcome.reason());
    assertThat(rest.scores)
        .usingRecursiveFieldByFieldElementComparator()
        .isEqualTo(whole.scores.subList(Math.min(begun, whole.scores.size()), whole.scores.size()));
  }

  @Property(tries = 100)
  void each_generated_token_has_its_scores(@ForAll("ask") Ask ask) {
    Heard heard = alone(ask, new int[0]);
    Integer top = ask.sampling().topLogprobs();
    if (top == null) {
      assertThat(heard.scores).isEmpty();
      return;
    }
    assertThat(heard.scores.stream().mapToInt(TokenScores::id).toArray())
        .isEqualTo(heard.outcome.output());
    assertThat(heard.scores).allSatisfy(one -> assertThat(one.topIds()).hasSize(top));
  }

  @Provide
  Arbitrary<List<Ask>> asks() {
    return ask().list().ofMinSize(1).ofMaxSize(8);
  }

  @Provide
  Arbitrary<Ask> ask() {
    Arbitrary<SamplingParams> sampling =
        Combinators.combine(
                Arbitraries.of(0.0, 0.2, 1.0, 2.0),
                Arbitraries.of(1.0, 0.9, 0.3),
                Arbitraries.of(0, 1, 5, 60),
                Arbitraries.of(0.0, 0.3),
                Arbitraries.of(0.0, 1.5),
                Arbitraries.of(1.0, 1.3),
                Arbitraries.of(Map.<Integer, Double>of(), Map.of(5, 1.5, 0, -100.0)),
                Arbitraries.of(0, 3).injectNull(0.5))
            .as(
                (temperature, topP, topK, minP, penalty, repetition, bias, top) ->
                    new SamplingParams(
                        temperature,
                        topP,
                        topK,
                        minP,
                        null,
                        penalty,
                        penalty,
                        repetition,
                        false,
                        bias,
                        top,
                        ResponseFormat.TEXT,
                        1));
    return Combinators.combine(
            Arbitraries.integers().between(1, 90),
            Arbitraries.integers().between(0, 5),
            Arbitraries.longs(),
            sampling)
        .as(Ask::new);
  }

  private static Heard alone(Ask ask, int[] begun) {
    StepEngine engine = engine(1, 4096);
    Heard heard = submit(engine, "alone", ask, begun);
    run(engine);
    return heard;
  }

  private static Heard submit(StepEngine engine, String id, Ask ask, int[] begun) {
    int[] context = new int[ask.promptTokens() + begun.length];
    for (int i = 0; i < ask.promptTokens(); i++) {
      context[i] = Math.floorMod(i * 31 + ask.promptKind() * 17 + 1, FakeRunner.VOCABULARY);
    }
    System.arraycopy(begun, 0, context, ask.promptTokens(), begun.length);
    Generation generation =
        new Generation(
            id,
            null,
            context,
            begun.length,
            0,
            ask.sampling(),
            ask.seed(),
            List.of(),
            MOST,
            0,
            "t",
            Long.MAX_VALUE);
    Heard heard = new Heard();
    engine.submit(generation, List.of(), new TokenLog(context, MOST), heard);
    return heard;
  }

  private static StepEngine engine(int maxBatch, int tokenBudget) {
    return new StepEngine(
        new FakeRunner(8),
        new KvPool(1024),
        new SharedPrefixes(new HostKv(0), 16),
        EngineSettings.from(
            Settings.of(
                Map.of(
                    "engine.max-batch",
                    Integer.toString(maxBatch),
                    "engine.token-budget",
                    Integer.toString(tokenBudget)))),
        new NumberTokenizer(),
        EngineClock.SYSTEM);
  }

  private static void run(StepEngine engine) {
    for (int steps = 0; engine.step(); steps++) {
      assertThat(steps).isLessThan(10_000);
    }
  }

  private static final class Heard implements GenerationListener {
    private final List<TokenScores> scores = new ArrayList<>();
    private GenerationOutcome outcome;

    @Override
    public void onScores(TokenScores next) {
      scores.add(next);
    }

    @Override
    public void onText(String text) {}

    @Override
    public void onFinish(GenerationOutcome finished) {
      outcome = Objects.requireNonNull(finished);
    }

    @Override
    public void onEngineFailure(CaudalException failure) {
      throw failure;
    }
  }
}
