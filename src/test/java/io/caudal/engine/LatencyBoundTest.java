package io.caudal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.EngineSettings;
import io.caudal.error.CaudalException;
import io.caudal.kv.HostKv;
import io.caudal.kv.KvPool;
import io.caudal.protocol.SamplingParams;
import io.caudal.schedule.TokenLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How long prompts delay the others, in steps: time is what a step of the budget's size takes. */
class LatencyBoundTest {
  private static final int BUDGET = 64;
  private static final EngineClock CLOCK =
      new EngineClock() {
        @Override
        public long millis() {
          return 1;
        }

        @Override
        public long nanos() {
          return 1;
        }
      };

  private final FakeRunner runner = new FakeRunner(32, 8192);
  private final StepEngine engine =
      new StepEngine(
          runner,
          new KvPool(65536),
          new SharedPrefixes(new HostKv(0), 16),
          new EngineSettings(
              1, 16, BUDGET, 0, 0, 1.5, Duration.ZERO, Map.of(), Duration.ZERO, Duration.ZERO),
          new NumberTokenizer(),
          CLOCK);

  @Test
  void every_session_decodes_at_each_step_while_a_long_prompt_is_prefilled() {
    List<Heard> sessions = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      sessions.add(submit("s" + i, endless(i), 400));
    }
    while (sessions.stream().anyMatch(session -> session.tokens == 0)) {
      engine.step();
    }

    Heard arrived = submit("long", prompt(1000, 99), 5);
    int steps = 0;
    for (; arrived.tokens == 0 && !arrived.finished; steps++) {
      int[] before = sessions.stream().mapToInt(session -> session.tokens).toArray();
      engine.step();
      assertThat(runner.tokensOfLastStep).isLessThanOrEqualTo(BUDGET);
      assertThat(sessions).extracting(session -> session.tokens).containsExactly(next(before));
    }

    assertThat(steps).isEqualTo((1000 + BUDGET - 9) / (BUDGET - 8));
  }

  @Test
  void a_short_request_behind_long_ones_waits_for_the_budget_not_for_their_length() {
    assertThat(stepsBehind(500)).isEqualTo(stepsBehind(5000)).isLessThanOrEqualTo(2);
  }

  private int stepsBehind(int longPrompt) {
    for (int i = 0; i < 3; i++) {
      submit("long" + i, prompt(longPrompt, i), 5);
    }
    engine.step();
    Heard shortOne = submit("short", prompt(24, 7), 5);
    int steps = 0;
    for (; shortOne.tokens == 0 && !shortOne.finished; steps++) {
      engine.step();
    }
    while (engine.step()) {
      assertThat(runner.tokensOfLastStep).isLessThanOrEqualTo(BUDGET);
    }
    return steps;
  }

  private Heard submit(String id, int[] prompt, int most) {
    Heard heard = new Heard();
    engine.submit(
        new Generation(
            id,
            null,
            prompt,
            0,
            0,
            SamplingParams.GREEDY,
            0,
            List.of(),
            most,
            0,
            "t",
            Long.MAX_VALUE),
        List.of(),
        new TokenLog(prompt, most),
        heard);
    return heard;
  }

  private static Integer[] next(int[] tokens) {
    return Arrays.stream(tokens).mapToObj(n -> n + 1).toArray(Integer[]::new);
  }

  /** A prompt whose answer does not end soon. */
  private static int[] endless(int seed) {
    for (int variant = seed; ; variant += 100) {
      int[] all = Arrays.copyOf(prompt(10, variant), 60);
      int n = 10;
      for (; n < all.length && FakeRunner.next(all, n) != 0; n++) {
        all[n] = FakeRunner.next(all, n);
      }
      if (n == all.length) {
        return prompt(10, variant);
      }
    }
  }

  private static int[] prompt(int length, int seed) {
    int[] ids = new int[length];
    for (int i = 0; i < length; i++) {
      ids[i] = Math.floorMod(i * 31 + seed * 17 + 1, FakeRunner.VOCABULARY);
    }
    return ids;
  }

  private static final class Heard implements GenerationListener {
    private int tokens;
    private boolean finished;

    @Override
    public void onToken(int id) {
      tokens++;
    }

    @Override
    public void onText(String text) {}

    @Override
    public void onFinish(GenerationOutcome outcome) {
      finished = true;
    }

    @Override
    public void onEngineFailure(CaudalException failure) {
      throw failure;
    }
  }
}
