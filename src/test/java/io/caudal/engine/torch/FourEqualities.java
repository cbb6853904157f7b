package io.caudal.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.caudal.config.Dtype;
import io.caudal.config.EngineSettings;
import io.caudal.config.ModelSettings;
import io.caudal.config.Settings;
import io.caudal.engine.EngineClock;
import io.caudal.engine.Generation;
import io.caudal.engine.GenerationListener;
import io.caudal.engine.GenerationOutcome;
import io.caudal.engine.LoadedModel;
import io.caudal.engine.ModelRunner;
import io.caudal.engine.SharedPrefixes;
import io.caudal.engine.StepEngine;
import io.caudal.engine.TokenScores;
import io.caudal.engine.model.ModelFolder;
import io.caudal.error.CaudalException;
import io.caudal.kv.HostKv;
import io.caudal.kv.KvBlock;
import io.caudal.kv.KvPool;
import io.caudal.protocol.ResponseFormat;
import io.caudal.protocol.SamplingParams;
import io.caudal.schedule.Sequence;
import io.caudal.schedule.TokenLog;
import io.caudal.text.ModelText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * An answer is the same, token by token, however its KV came to be and whatever is computed beside
 * it: cached = uncached, batched = single, chunked = whole, restored = live, guessed = one by one.
 * In fp32, greedy and seeded.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FourEqualities {
  private static final int BLOCK = 16;
  private static final int MOST = 24;
  private static final int WHOLE = 1 << 16;

  /** Ways to sample: greedy; hot; everything that cuts and weighs; held to JSON. */
  private static final List<SamplingParams> WAYS =
      List.of(
          way(0, 1, 0, 0, 0, 0, 1, Map.of(), ResponseFormat.TEXT),
          way(2, 1, 0, 0, 0, 0, 1, Map.of(), ResponseFormat.TEXT),
          way(0.8, 0.95, 40, 0.02, 0.4, 0.3, 1.1, Map.of(5, -3.0, 9, 1.0), ResponseFormat.TEXT),
          way(0, 1, 0, 0, 0, 0, 1, Map.of(), ResponseFormat.JSON_OBJECT),
          way(1, 0.9, 0, 0, 0, 0, 1, Map.of(), ResponseFormat.JSON_OBJECT));

  private record Case(int[] prompt, SamplingParams sampling, long seed) {}

  private final List<Case> cases = new ArrayList<>();
  private final List<Heard> expected = new ArrayList<>();
  private @Nullable LoadedModel loaded;
  private @Nullable ModelText loadedText;

  /** A folder's name, or the bundled model's. */
  abstract String model();

  /** Prompts of different lengths, each longer than two blocks. */
  abstract List<String> prompts();

  @BeforeAll
  void answerEachAlone() {
    loaded =
        new TorchModelFactory()
            .load(new ModelSettings(model(), "", Dtype.FP32, "cpu", true, List.of()));
    loadedText = ModelText.load(ModelFolder.resolve(model()));
    for (String prompt : prompts()) {
      int[] ids = text().tokenizer().encode(prompt, true);
      assertThat(ids).hasSizeGreaterThan(2 * BLOCK);
      for (SamplingParams way : WAYS) {
        cases.add(new Case(ids, way, 1000 + cases.size()));
      }
    }
    for (Case one : cases) {
      try (Stepped stepped = new Stepped(1, WHOLE, 0)) {
        Heard heard = stepped.submit(one, null, new int[0], 0, List.of());
        stepped.run();
        assertThat(heard.outcome().failure()).isNull();
        expected.add(heard);
      }
    }
  }

  @AfterAll
  void close() {
    Objects.requireNonNull(loaded).close();
  }

  @Test
  void sampling_does_something() {
    long differing =
        IntStream.range(0, prompts().size())
            .map(prompt -> prompt * WAYS.size())
            .filter(
                greedy ->
                    !Arrays.equals(
                        expected.get(greedy).outcome().output(),
                        expected.get(greedy + 1).outcome().output()))
            .count();
    assertThat(differing).isPositive();
    assertThat(expected.get(3).outcome().text().strip()).startsWith("{");
  }

  @Test
  void guessed_is_sampled_one_by_one() {
    List<Heard> heard = new ArrayList<>();
    for (Case one : cases) {
      try (Stepped stepped = new Stepped(1, WHOLE, 8)) {
        heard.add(stepped.submit(one, null, new int[0], 0, List.of()));
        stepped.run();
      }
    }
    sameOutput(heard);
    for (int i = 0; i < heard.size(); i++) {
      sameScores(expected.get(i).scores, heard.get(i).scores);
    }
  }

  @Test
  void guessed_in_a_batch_is_single() {
    allAtOnce(8);
  }

  @Test
  void batched_is_single() {
    allAtOnce(0);
  }

  private void allAtOnce(int speculativeTokens) {
    try (Stepped stepped = new Stepped(cases.size(), WHOLE, speculativeTokens)) {
      List<Heard> heard = new ArrayList<>();
      for (Case one : cases) {
        heard.add(stepped.submit(one, null, new int[0], 0, List.of()));
      }
      stepped.run();
      same(heard);
    }
  }

  @Test
  void beginning_with_anothers_prompt_is_single() {
    try (Stepped stepped = new Stepped(4, 64)) {
      List<Heard> heard = new ArrayList<>();
      for (int first = 0; first < cases.size(); first += WAYS.size()) {
        Heard leader = stepped.submit(cases.get(first), null, new int[0], 0, List.of());
        heard.add(leader);
        for (int next = first + 1; next < first + WAYS.size(); next++) {
          heard.add(stepped.follow(leader, cases.get(next)));
        }
      }
      stepped.run();
      same(heard);
      for (int i = 0; i < heard.size(); i++) {
        int all = cases.get(i).prompt.length;
        assertThat(heard.get(i).outcome().cachedTokens())
            .isEqualTo(i % WAYS.size() == 0 ? 0 : all - 1);
      }
    }
  }

  @Test
  void chunked_is_whole() {
    try (Stepped stepped = new Stepped(3, 17)) {
      List<Heard> heard = new ArrayList<>();
      for (Case one : cases) {
        heard.add(stepped.submit(one, null, new int[0], 0, List.of()));
      }
      stepped.run();
      same(heard);
    }
  }

  @Test
  void cached_is_uncached() {
    try (Stepped stepped = new Stepped(2, WHOLE)) {
      List<Heard> heard = new ArrayList<>();
      for (int i = 0; i < cases.size(); i++) {
        Case one = cases.get(i);
        stepped.submit(firstHalf(one), "s" + i, new int[0], 0, List.of());
        stepped.run();
        Heard second = stepped.submit(one, "s" + i, new int[0], 0, List.of());
        stepped.run();
        assertThat(second.outcome().cachedTokens()).isGreaterThanOrEqualTo(one.prompt.length / 2);
        heard.add(second);
      }
      same(heard);
    }
  }

  @Test
  void restored_is_live() {
    List<Heard> heard = new ArrayList<>();
    for (int i = 0; i < cases.size(); i++) {
      Case one = cases.get(i);
      List<KvBlock> blocks;
      try (Stepped stepped = new Stepped(1, WHOLE)) {
        Heard first = stepped.submit(firstHalf(one), "s" + i, new int[0], 0, List.of());
        stepped.run();
        // What the first turn generated is not part of the other's prompt: whole blocks before it.
        blocks = first.outcome().newBlocks().subList(0, one.prompt.length / 2 / BLOCK);
      }
      int stored = blocks.size() * BLOCK;
      try (Stepped elsewhere = new Stepped(1, WHOLE)) {
        Heard second = elsewhere.submit(one, "s" + i, new int[0], stored, blocks);
        elsewhere.run();
        assertThat(second.outcome().cachedTokens()).isEqualTo(stored).isPositive();
        heard.add(second);
      }
    }
    same(heard);
  }

  @Test
  void an_answer_that_another_attempt_began_is_the_same() {
    try (Stepped stepped = new Stepped(4, WHOLE)) {
      List<Heard> heard = new ArrayList<>();
      for (int i = 0; i < cases.size(); i++) {
        int[] whole = expected.get(i).outcome().output();
        int[] begun = Arrays.copyOf(whole, whole.length / 2);
        heard.add(stepped.submit(cases.get(i), null, begun, 0, List.of()));
      }
      stepped.run();
      for (int i = 0; i < heard.size(); i++) {
        List<TokenScores> all = expected.get(i).scores;
        sameScores(all.subList(heard.get(i).begun, all.size()), heard.get(i).scores);
      }
      sameOutput(heard);
    }
  }

  private void same(List<Heard> heard) {
    sameOutput(heard);
    for (int i = 0; i < heard.size(); i++) {
      sameScores(expected.get(i).scores, heard.get(i).scores);
    }
  }

  private void sameOutput(List<Heard> heard) {
    assertThat(heard).hasSameSizeAs(expected);
    for (int i = 0; i < heard.size(); i++) {
      GenerationOutcome one = heard.get(i).outcome();
      GenerationOutcome other = expected.get(i).outcome();
      assertThat(one.output()).as("ids of case %d", i).isEqualTo(other.output());
      assertThat(one.text()).isEqualTo(other.text());
      assertThat(one.reason()).isEqualTo(other.reason());
    }
  }

  /** Log probabilities agree to the last bits, which the order of sums decides. */
  private static void sameScores(List<TokenScores> expected, List<TokenScores> actual) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      assertThat(actual.get(i).id()).isEqualTo(expected.get(i).id());
      assertThat(actual.get(i).logprob()).isCloseTo(expected.get(i).logprob(), within(1e-3f));
      for (int t = 0; t < 2; t++) {
        assertThat(actual.get(i).topLogprobs()[t])
            .isCloseTo(expected.get(i).topLogprobs()[t], within(1e-3f));
      }
    }
  }

  private static Case firstHalf(Case one) {
    return new Case(Arrays.copyOf(one.prompt, one.prompt.length / 2), one.sampling, one.seed);
  }

  private ModelText text() {
    return Objects.requireNonNull(loadedText);
  }

  private static SamplingParams way(
      double temperature,
      double topP,
      int topK,
      double minP,
      double frequency,
      double presence,
      double repetition,
      Map<Integer, Double> bias,
      ResponseFormat format) {
    return new SamplingParams(
        temperature,
        topP,
        topK,
        minP,
        null,
        frequency,
        presence,
        repetition,
        false,
        bias,
        2,
        format,
        1);
  }

  private static Generation generation(
      Case one, @Nullable String session, int[] begun, int stored) {
    int[] context = Arrays.copyOf(one.prompt, one.prompt.length + begun.length);
    System.arraycopy(begun, 0, context, one.prompt.length, begun.length);
    return new Generation(
        "r",
        session,
        context,
        begun.length,
        stored,
        one.sampling,
        one.seed,
        List.of(),
        MOST,
        0,
        "t",
        Long.MAX_VALUE);
  }

  /** A step engine over the model, with its room. */
  private final class Stepped implements AutoCloseable {
    private final ModelRunner runner;
    private final StepEngine engine;

    Stepped(int maxBatch, int tokenBudget) {
      this(maxBatch, tokenBudget, 4);
    }

    Stepped(int maxBatch, int tokenBudget, int speculativeTokens) {
      runner = Objects.requireNonNull(loaded).newRunner(64);
      engine =
          new StepEngine(
              runner,
              new KvPool(32 * 1024),
              new SharedPrefixes(new HostKv(0), BLOCK),
              EngineSettings.from(
                  Settings.of(
                      Map.of(
                          "engine.speculative-tokens",
                          Integer.toString(speculativeTokens),
                          "engine.max-batch",
                          Integer.toString(maxBatch),
                          "engine.token-budget",
                          Integer.toString(tokenBudget)))),
              text().tokenizer(),
              EngineClock.SYSTEM);
    }

    Heard submit(
        Case one, @Nullable String session, int[] begun, int stored, List<KvBlock> blocks) {
      Generation generation = generation(one, session, begun, stored);
      Heard heard = new Heard(begun.length);
      heard.sequence =
          engine.submit(generation, blocks, new TokenLog(generation.context(), MOST), heard);
      return heard;
    }

    Heard follow(Heard leader, Case one) {
      Generation generation = generation(one, null, new int[0], 0);
      Heard heard = new Heard(0);
      engine.follow(
          Objects.requireNonNull(leader.sequence),
          generation,
          new TokenLog(generation.context(), MOST),
          heard);
      return heard;
    }

    void run() {
      for (int steps = 0; engine.step(); steps++) {
        assertThat(steps).isLessThan(100_000);
      }
    }

    @Override
    public void close() {
      runner.close();
    }
  }

  private static final class Heard implements GenerationListener {
    private final List<TokenScores> scores = new ArrayList<>();
    private final int begun;
    private @Nullable GenerationOutcome outcome;
    private @Nullable Sequence sequence;

    Heard(int begun) {
      this.begun = begun;
    }

    GenerationOutcome outcome() {
      return Objects.requireNonNull(outcome, "not finished");
    }

    @Override
    public void onScores(TokenScores next) {
      scores.add(next);
    }

    @Override
    public void onText(String text) {}

    @Override
    public void onFinish(GenerationOutcome finished) {
      outcome = finished;
    }

    @Override
    public void onEngineFailure(CaudalException failure) {
      throw failure;
    }
  }
}
