package io.caudal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.EngineSettings;
import io.caudal.error.ErrorCode;
import io.caudal.kv.HostKv;
import io.caudal.kv.KvBlock;
import io.caudal.kv.KvPool;
import io.caudal.protocol.Failure;
import io.caudal.protocol.SamplingParams;
import io.caudal.schedule.Sequence;
import io.caudal.schedule.TokenLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Beginnings that prompts share, over a runner whose answer depends on all of its KV. */
class PrefixSharingTest {
  private static final int BLOCK = 16;
  private static final int SHARED = 10 * BLOCK;
  private static final int OWN = 7;
  private static final int ANSWER = 5;

  private final HostKv host = new HostKv(1 << 20);
  private final SharedPrefixes prefixes = new SharedPrefixes(host, BLOCK);
  private final FakeRunner runner = new FakeRunner(64);
  private final StepEngine engine = engine(runner);

  @Test
  void sessions_that_arrive_together_compute_their_common_beginning_once() {
    List<Heard> heard = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      heard.add(submit(engine, "s" + i, "t", beginning(i), List.of(), 0));
    }

    run(engine);

    assertThat(runner.tokensComputed).isEqualTo(SHARED + 100 * (OWN + ANSWER - 1));
    for (int i = 0; i < 100; i++) {
      assertThat(heard.get(i).outcome().output()).isEqualTo(expected(beginning(i)));
      assertThat(heard.get(i).outcome().cachedTokens()).isEqualTo(i == 0 ? 0 : SHARED);
      assertThat(heard.get(i).outcome().newBlocks().get(0).index()).isEqualTo(i == 0 ? 0 : 10);
    }
  }

  @Test
  void a_session_that_comes_later_finds_what_an_earlier_one_left() {
    submit(engine, "first", "t", beginning(1), List.of(), 0);
    run(engine);

    Heard second = submit(engine, "second", "t", beginning(2), List.of(), 0);
    run(engine);

    assertThat(second.outcome().cachedTokens()).isEqualTo(SHARED);
    assertThat(second.outcome().output()).isEqualTo(expected(beginning(2)));
  }

  @Test
  void requests_without_a_session_share_from_the_second_on() {
    List<Integer> cached = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Heard heard = submit(engine, null, "t", beginning(i), List.of(), 0);
      run(engine);
      cached.add(heard.outcome().cachedTokens());
    }

    assertThat(cached).containsExactly(0, 0, SHARED);
  }

  @Test
  void step_loops_share_with_each_other() {
    FakeRunner otherRunner = new FakeRunner(64);
    StepEngine other = engine(otherRunner);
    submit(engine, "a", "t", beginning(1), List.of(), 0);
    Heard waiting = submit(other, "b", "t", beginning(2), List.of(), 0);

    assertThat(other.step()).isFalse();
    run(engine);
    run(other);

    assertThat(otherRunner.tokensComputed).isEqualTo(OWN + ANSWER - 1);
    assertThat(waiting.outcome().output()).isEqualTo(expected(beginning(2)));
  }

  @Test
  void tenants_never_share() {
    submit(engine, "a", "one", beginning(1), List.of(), 0);
    run(engine);

    Heard other = submit(engine, "b", "other", beginning(2), List.of(), 0);
    run(engine);

    assertThat(other.outcome().cachedTokens()).isZero();
  }

  @Test
  void who_waits_goes_on_when_the_one_that_computes_is_cancelled() {
    Heard first = submit(engine, "a", "t", beginning(1), List.of(), 0);
    List<Heard> waiting = new ArrayList<>();
    for (int i = 2; i < 5; i++) {
      waiting.add(submit(engine, "s" + i, "t", beginning(i), List.of(), 0));
    }

    engine.cancel(first.sequence(), new Failure(ErrorCode.CANCELLED, "cancelled"));
    run(engine);

    for (int i = 2; i < 5; i++) {
      assertThat(waiting.get(i - 2).outcome().output()).isEqualTo(expected(beginning(i)));
    }
  }

  @Test
  void who_waits_beyond_its_deadline_is_told() {
    submit(engine, "a", "t", beginning(1), List.of(), 0);
    Heard late = submit(engine, "b", "t", beginning(2), List.of(), 0, -1);

    run(engine);

    assertThat(Objects.requireNonNull(late.outcome().failure()).code())
        .isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
  }

  @Test
  void a_more_urgent_sequence_does_not_wait_for_a_less_urgent_one() {
    FakeRunner otherRunner = new FakeRunner(64);
    StepEngine other = engine(otherRunner);
    submit(engine, "a", "t", beginning(1), List.of(), 0);

    Heard urgent = submit(other, "b", "t", beginning(2), List.of(), 5);
    run(other);

    assertThat(urgent.outcome().output()).isEqualTo(expected(beginning(2)));
  }

  @Test
  void a_session_whose_state_lacks_the_shared_beginning_computes_only_that() {
    submit(engine, "a", "t", beginning(1), List.of(), 0);
    run(engine);
    Heard second = submit(engine, "b", "t", beginning(2), List.of(), 0);
    run(engine);
    List<KvBlock> own = second.outcome().newBlocks();
    int[] context = concat(beginning(2), second.outcome().output(), new int[] {5, 6, 7});
    int stored = SHARED + own.stream().mapToInt(KvBlock::tokens).sum();

    FakeRunner restarted = new FakeRunner(64);
    SharedPrefixes empty = new SharedPrefixes(new HostKv(1 << 20), BLOCK);
    StepEngine after = engine(restarted, empty);
    Heard heard = submit(after, "b", "t", context, own, 0);
    run(after);

    assertThat(heard.outcome().output()).isEqualTo(expected(context));
    assertThat(heard.outcome().cachedTokens()).isEqualTo(stored - SHARED);
    assertThat(restarted.tokensComputed)
        .isEqualTo(SHARED + context.length - stored + heard.outcome().output().length - 1);
  }

  @Test
  void a_host_tier_that_is_too_small_delays_nobody_for_ever() {
    SharedPrefixes tight = new SharedPrefixes(new HostKv(3L * BLOCK * 8), BLOCK);
    StepEngine engine = engine(new FakeRunner(64), tight);
    List<Heard> heard = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      heard.add(submit(engine, "s" + i, "t", beginning(i), List.of(), 0));
    }

    run(engine);

    for (int i = 0; i < 20; i++) {
      assertThat(heard.get(i).outcome().output()).isEqualTo(expected(beginning(i)));
    }
  }

  private StepEngine engine(FakeRunner runner) {
    return engine(runner, prefixes);
  }

  private static StepEngine engine(FakeRunner runner, SharedPrefixes prefixes) {
    return new StepEngine(
        runner,
        new KvPool(8192),
        prefixes,
        new EngineSettings(
            1, 8, 64, 0, 0, 1.5, Duration.ZERO, Map.of(), Duration.ZERO, Duration.ZERO),
        new NumberTokenizer(),
        new FixedClock());
  }

  private Heard submit(
      StepEngine engine,
      @Nullable String session,
      String tenant,
      int[] prompt,
      List<KvBlock> blocks,
      int priority) {
    return submit(engine, session, tenant, prompt, blocks, priority, Long.MAX_VALUE);
  }

  private Heard submit(
      StepEngine engine,
      @Nullable String session,
      String tenant,
      int[] prompt,
      List<KvBlock> blocks,
      int priority,
      long deadline) {
    SamplingParams all = new SamplingParams(0, 1, 0, 0, null, 0, 0, 1, true);
    Generation generation =
        new Generation(
            "r-" + session,
            session,
            prompt,
            0,
            0,
            all,
            0,
            List.of(),
            ANSWER,
            priority,
            tenant,
            deadline);
    Heard heard = new Heard();
    heard.sequence = engine.submit(generation, blocks, new TokenLog(prompt, 16), heard);
    return heard;
  }

  private static void run(StepEngine engine) {
    for (int steps = 0; engine.step(); steps++) {
      assertThat(steps).isLessThan(100_000);
    }
  }

  /** A prompt that begins as all others do. */
  private static int[] beginning(int own) {
    int[] ids = new int[SHARED + OWN];
    for (int i = 0; i < SHARED; i++) {
      ids[i] = Math.floorMod(i * 31 + 1, FakeRunner.VOCABULARY);
    }
    Arrays.fill(ids, SHARED, SHARED + OWN, Math.floorMod(own * 3 + 2, FakeRunner.VOCABULARY));
    ids[SHARED] = Math.floorMod(own, FakeRunner.VOCABULARY);
    ids[SHARED + 1] = own / FakeRunner.VOCABULARY;
    return ids;
  }

  private static int[] expected(int[] prompt) {
    int[] all = Arrays.copyOf(prompt, prompt.length + ANSWER);
    for (int n = prompt.length; n < all.length; n++) {
      all[n] = FakeRunner.next(all, n);
    }
    return Arrays.copyOfRange(all, prompt.length, all.length);
  }

  private static int[] concat(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
  }

  private static final class FixedClock implements EngineClock {
    @Override
    public long nanos() {
      return 1;
    }

    @Override
    public long millis() {
      return 1;
    }
  }

  private static final class Heard implements GenerationListener {
    private @Nullable GenerationOutcome outcome;
    private @Nullable Sequence sequence;

    @Override
    public void onText(String text) {}

    @Override
    public void onFinish(GenerationOutcome finished) {
      outcome = finished;
    }

    @Override
    public void onEngineFailure(io.caudal.error.CaudalException e) {
      throw e;
    }

    GenerationOutcome outcome() {
      return Objects.requireNonNull(outcome);
    }

    Sequence sequence() {
      return Objects.requireNonNull(sequence);
    }
  }
}
