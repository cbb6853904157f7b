package io.caudal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caudal.config.EngineSettings;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.kv.HostKv;
import io.caudal.kv.KvBlock;
import io.caudal.kv.KvPool;
import io.caudal.protocol.Failure;
import io.caudal.protocol.FinishReason;
import io.caudal.protocol.SamplingParams;
import io.caudal.schedule.Sequence;
import io.caudal.schedule.TokenLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The step loop over a runner whose answer depends on every byte of its KV. */
class StepEngineTest {
  private static final int BLOCK = 16;
  private static final int ROOM = 2048;
  private static final int GUESSES = 4;

  private final FakeRunner runner = new FakeRunner(64);
  private final KvPool pool = new KvPool(ROOM);
  private final ManualClock clock = new ManualClock();
  private final StepEngine engine = engine(runner, pool, 8, 64);

  @Test
  void answers_what_the_model_says() {
    Heard heard = submit(generation("a", null, prompt(40, 1), 20));

    run(engine);

    assertThat(heard.outcome().output()).isEqualTo(expected(prompt(40, 1), 20));
    assertThat(heard.outcome().text()).isEqualTo(heard.shown()).isNotEmpty();
  }

  @Test
  void right_guesses_save_steps_and_leave_the_answer_and_its_kv_as_they_are() {
    runner.circles = true;
    Heard heard = submit(generation("a", "s", new int[] {1, 2, 3}, 100));
    run(engine);
    assertThat(heard.outcome().output())
        .containsExactly(IntStream.range(0, 100).map(i -> (2 + 1 + i) % 7 + 1).toArray());
    assertThat(heard.outcome().reason()).isEqualTo(FinishReason.LENGTH);
    assertThat(runner.steps).isLessThan(40);

    runner.circles = false;
    int[] context = IntStream.range(0, 103).map(i -> i % 7 + 1).toArray();
    Heard second = submit(generation("b", "s", context, 10));
    run(engine);
    assertThat(second.outcome().output()).isEqualTo(expected(context, 10));
    assertThat(second.outcome().cachedTokens()).isEqualTo(102);
  }

  @Test
  void a_batch_guesses_too_and_each_answer_stays_its_own() {
    runner.circles = true;
    List<Heard> heard = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      heard.add(submit(generation("r" + i, null, new int[] {1, 2, 1 + i % 7}, 60)));
    }

    run(engine);

    for (int i = 0; i < 8; i++) {
      int last = 1 + i % 7;
      assertThat(heard.get(i).outcome().output())
          .containsExactly(IntStream.range(0, 60).map(k -> (last + k) % 7 + 1).toArray());
    }
    assertThat(runner.steps).isLessThan(40);
    StepTotals totals = engine.meter().totals();
    assertThat(totals.accepted()).isPositive().isLessThanOrEqualTo(totals.guessed());
    // The first token of each comes from its prompt's step.
    assertThat(totals.decodeTokens()).isEqualTo(8 * 59);
  }

  @Test
  void wrong_guesses_change_nothing() {
    int[] repetitive = IntStream.range(0, 60).map(i -> i % 3 + 1).toArray();
    Heard heard = submit(generation("a", "s", repetitive, 12));
    run(engine);
    assertThat(heard.outcome().output()).isEqualTo(expected(repetitive, 12));
  }

  @Test
  void a_batch_and_chunks_change_nothing() {
    StepEngine narrow = engine(new FakeRunner(64), new KvPool(ROOM), 3, 16);
    List<Heard> heard = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      heard.add(submit(narrow, generation("r" + i, null, prompt(5 + i * 9, i), 15)));
    }

    run(narrow);

    for (int i = 0; i < 12; i++) {
      assertThat(heard.get(i).outcome().output()).isEqualTo(expected(prompt(5 + i * 9, i), 15));
    }
  }

  @Test
  void a_session_that_comes_back_computes_only_what_is_new() {
    Heard first = submit(generation("a", "s", prompt(100, 1), 10));
    run(engine);
    int[] second = concat(prompt(100, 1), first.outcome().output(), new int[] {5, 6, 7});
    int before = runner.tokensComputed;

    Heard heard = submit(generation("b", "s", second, 1));
    run(engine);

    assertThat(heard.outcome().output()).isEqualTo(expected(second, 1));
    assertThat(heard.outcome().cachedTokens()).isEqualTo(second.length - 4);
    assertThat(runner.tokensComputed - before).isEqualTo(4);
  }

  @Test
  void an_answer_that_ignores_end_tokens_has_all_tokens_asked_for() {
    int seed = 0;
    while (expected(prompt(30, seed), 200).length == 200) {
      seed++;
    }
    SamplingParams greedy = new SamplingParams(0, 1, 0, 0, null, 0, 0, 1, true);

    Heard heard =
        submit(
            new Generation(
                "a",
                null,
                prompt(30, seed),
                0,
                0,
                greedy,
                0,
                List.of(),
                200,
                0,
                "t",
                Long.MAX_VALUE));
    run(engine);

    assertThat(heard.outcome().reason()).isEqualTo(FinishReason.LENGTH);
    assertThat(heard.outcome().output()).hasSize(200).contains(0);
  }

  @Test
  void exported_blocks_restore_the_session_elsewhere() {
    Heard first = submit(generation("a", "s", prompt(100, 1), 10));
    run(engine);
    List<KvBlock> blocks = first.outcome().newBlocks();
    int stored = blocks.stream().mapToInt(KvBlock::tokens).sum();
    int[] second = concat(prompt(100, 1), first.outcome().output(), new int[] {5, 6, 7});
    StepEngine elsewhere = engine(new FakeRunner(4), new KvPool(ROOM), 8, 64);

    Heard heard = submit(elsewhere, stored("b", "s", second, 8, stored), blocks);
    run(elsewhere);

    assertThat(heard.outcome().output()).isEqualTo(expected(second, 8));
    assertThat(heard.outcome().cachedTokens()).isEqualTo(stored);
    assertThat(heard.outcome().newBlocks().get(0).index()).isEqualTo(stored / BLOCK);
  }

  @Test
  void a_session_that_was_rolled_back_is_not_answered_from_its_future() {
    submit(generation("a", "s", prompt(60, 1), 10));
    run(engine);
    int[] other = prompt(60, 1);
    other[30] = 96;

    Heard heard = submit(generation("b", "s", other, 10));
    run(engine);

    assertThat(heard.outcome().output()).isEqualTo(expected(other, 10));
    assertThat(heard.outcome().cachedTokens()).isEqualTo(30);
  }

  @Test
  void an_earlier_attempts_tokens_are_continued_not_repeated() {
    int[] answer = expected(prompt(30, 3), 12);
    int[] context = concat(prompt(30, 3), Arrays.copyOf(answer, 5));
    Generation continued =
        new Generation(
            "a",
            null,
            context,
            5,
            0,
            SamplingParams.GREEDY,
            0,
            List.of(),
            12,
            0,
            "t",
            Long.MAX_VALUE);

    Heard heard = submit(continued);
    run(engine);

    assertThat(heard.outcome().output()).isEqualTo(answer);
    assertThat(heard.shown()).isEqualTo(heard.outcome().text());
  }

  @Test
  void preempted_sequences_resume_where_they_were() {
    FakeRunner tight = new FakeRunner(64);
    KvPool small = new KvPool(320);
    StepEngine crowded = engine(tight, small, 8, 256);
    List<Heard> heard = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      heard.add(submit(crowded, generation("r" + i, null, prompt(60, i), 120)));
    }

    run(crowded);

    for (int i = 0; i < 4; i++) {
      assertThat(heard.get(i).outcome().output()).isEqualTo(expected(prompt(60, i), 120));
    }
    // Each token was computed once: what was moved off the device came back, not recomputed.
    int computed = heard.stream().mapToInt(h -> 60 + h.outcome().output().length).sum();
    assertThat(tight.tokensComputed).isLessThanOrEqualTo(computed + 4 * 8);
    assertThat(small.free()).isEqualTo(small.total());
  }

  @Test
  void a_higher_priority_takes_a_place_in_a_full_batch_and_all_answers_stay_the_same() {
    FakeRunner tight = new FakeRunner(64);
    KvPool small = new KvPool(192);
    StepEngine crowded = engine(tight, small, 2, 64);
    Heard older = submit(crowded, prioritized("older", prompt(40, 1), 60, 0));
    Heard newer = submit(crowded, prioritized("newer", prompt(40, 2), 60, 0));
    for (int i = 0; i < 10; i++) {
      crowded.step();
    }
    assertThat(newer.shown()).isNotEmpty();

    Heard urgent = submit(crowded, prioritized("urgent", prompt(30, 3), 5, 1));
    String shown = newer.shown();
    for (int i = 0; i < 5; i++) {
      crowded.step();
    }
    assertThat(urgent.outcome().output()).isEqualTo(expected(prompt(30, 3), 5));
    assertThat(newer.shown()).isEqualTo(shown);
    run(crowded);

    assertThat(older.outcome().output()).isEqualTo(expected(prompt(40, 1), 60));
    assertThat(newer.outcome().output()).isEqualTo(expected(prompt(40, 2), 60));
    // The KV that made way came back: nothing was computed twice but a last token.
    int computed = older.outcome().output().length + newer.outcome().output().length + 80 + 35;
    assertThat(tight.tokensComputed).isLessThanOrEqualTo(computed + 1);
    assertThat(small.free()).isEqualTo(small.total());
  }

  @Test
  void idle_sessions_make_way_and_the_books_balance() {
    for (int i = 0; i < 100; i++) {
      submit(generation("r" + i, "s" + i, prompt(120, i), 10));
      run(engine);
    }
    assertThat(engine.residentTokens("s99")).isPositive();
    assertThat(engine.residentTokens("s0")).isZero();

    for (int i = 0; i < 100; i++) {
      engine.forget("s" + i);
    }
    assertThat(pool.free()).isEqualTo(pool.total());
    assertThat(engine.unfinished()).isZero();
  }

  @Test
  void a_promoted_session_goes_on_from_the_kv_that_was_brought() {
    int[] prompt = prompt(100, 1);
    Heard first = submit(generation("r1", "s", prompt, 10));
    run(engine);
    int[] tokens = concat(prompt, first.outcome().output());
    List<KvBlock> blocks = first.outcome().newBlocks();
    int brought = blocks.stream().mapToInt(KvBlock::tokens).sum();
    assertThat(engine.forget("s")).isEqualTo(brought);

    assertThat(engine.promote("s", tokens, blocks)).isEqualTo(brought);
    assertThat(engine.promote("s", tokens, List.of())).isEqualTo(brought);
    int computed = runner.tokensComputed;
    Heard next = submit(generation("r2", "s", concat(tokens, prompt(5, 2)), 4));
    run(engine);

    assertThat(next.outcome().output()).isEqualTo(expected(concat(tokens, prompt(5, 2)), 4));
    assertThat(runner.tokensComputed - computed).isLessThan(12);
    assertThat(engine.promote("long", new int[ROOM], List.of())).isZero();
    assertThat(engine.clear()).isPositive();
    assertThat(pool.free()).isEqualTo(pool.total());
  }

  @Test
  void kv_that_comes_in_parts_ahead_of_its_turn_is_imported_once() {
    Returning returning = returning();
    assertThat(engine.receive("s", returning.context(), List.of())).isTrue();
    assertThat(engine.residentTokens("s")).isZero();
    for (KvBlock block : returning.blocks()) {
      assertThat(engine.receive("s", returning.context(), List.of(block))).isTrue();
    }
    assertThat(engine.residentTokens("s")).isEqualTo(returning.stored());
    int computed = runner.tokensComputed;
    assertGoesOn(returning);
    assertThat(runner.tokensImported).isEqualTo(returning.stored());
    assertThat(runner.tokensComputed - computed).isLessThan(12);
    assertThat(engine.clear()).isPositive();
    assertThat(pool.free()).isEqualTo(pool.total());
  }

  @Test
  void kv_that_makes_way_before_its_turn_comes_with_the_turn() {
    Returning returning = returning();
    engine.receive("s", returning.context(), returning.blocks().subList(0, 1));
    assertThat(engine.clear()).isPositive();
    assertThat(pool.free()).isEqualTo(pool.total());
    int imported = runner.tokensImported;
    // Behind a gap it would be forgotten again: that waits for the turn.
    assertThat(engine.receive("s", returning.context(), returning.blocks().subList(1, 2))).isTrue();
    assertThat(runner.tokensImported).isEqualTo(imported);
    assertGoesOn(returning);
  }

  @Test
  void kv_ahead_of_a_turn_that_does_not_come_makes_way_as_any_other() {
    Returning returning = returning();
    engine.receive("s", returning.context(), returning.blocks());
    engine.abandon("s");
    for (int i = 0; i < 40; i++) {
      submit(generation("r" + i, "s" + i, prompt(120, i), 10));
      run(engine);
    }
    assertThat(engine.residentTokens("s")).isZero();
    assertGoesOn(returning);
  }

  @Test
  void kv_ahead_of_its_turn_takes_no_room_from_sessions_that_wait_for_theirs() {
    Returning returning = returning();
    int sessions = ROOM / 128;
    for (int i = 0; i < sessions; i++) {
      submit(generation("a" + i, "w" + i, prompt(110, i), 10));
      run(engine);
    }
    int resident = engine.residentSessions();
    assertThat(pool.free()).isLessThan(128);
    List<Heard> waiting = new ArrayList<>();
    for (int i = 0; i < sessions; i++) {
      waiting.add(submit(generation("b" + i, "w" + i, prompt(111, i), 4)));
    }
    assertThat(engine.receive("s", returning.context(), returning.blocks())).isFalse();
    assertThat(engine.residentSessions()).isEqualTo(resident);
    assertThat(runner.tokensImported).isZero();
    run(engine);
    for (int i = 0; i < sessions; i++) {
      assertThat(waiting.get(i).outcome().output()).isEqualTo(expected(prompt(111, i), 4));
    }
    assertGoesOn(returning);
  }

  @Test
  void without_memory_for_kv_ahead_of_its_turn_nothing_is_taken() {
    Returning returning = returning();
    runner.noMemoryToImport = true;
    assertThat(engine.receive("s", returning.context(), returning.blocks())).isFalse();
    assertThat(pool.free()).isEqualTo(pool.total());
    assertThat(engine.receive("s", new int[ROOM], List.of())).isFalse();
    runner.noMemoryToImport = false;
    assertGoesOn(returning);
  }

  @Test
  void no_running_sequence_makes_way_for_kv_that_is_brought_ahead() {
    Returning returning = returning();
    Heard running = submit(generation("running", null, prompt(40, 3), 20));
    engine.step();
    runner.noMemoryToImport = true;
    assertThat(engine.promote("s", returning.context(), returning.blocks())).isZero();
    runner.noMemoryToImport = false;
    run(engine);
    assertThat(running.outcome().output()).isEqualTo(expected(prompt(40, 3), 20));
    assertThat(pool.free()).isEqualTo(pool.total());
    assertGoesOn(returning);
  }

  @Test
  void without_memory_for_one_more_it_waits_and_those_that_run_go_on() {
    Returning returning = returning();
    Heard running = submit(generation("running", null, prompt(40, 3), 20));
    engine.step();
    runner.noMemoryToImport = true;
    Heard next =
        submit(
            engine,
            stored("r2", "s", returning.context(), 4, returning.stored()),
            returning.blocks());
    while (running.outcome == null) {
      engine.step();
    }
    runner.noMemoryToImport = false;
    run(engine);
    assertThat(running.outcome().output()).isEqualTo(expected(prompt(40, 3), 20));
    assertThat(next.outcome().output()).isEqualTo(expected(returning.context(), 4));
    assertThat(engine.clear()).isPositive();
    assertThat(pool.free()).isEqualTo(pool.total());
  }

  /** A session with KV in state only, and what its next turn begins with. */
  private record Returning(int[] context, List<KvBlock> blocks, int stored) {}

  private Returning returning() {
    int[] prompt = prompt(100, 1);
    Heard first = submit(generation("r1", "s", prompt, 10));
    run(engine);
    int[] context = concat(prompt, first.outcome().output(), prompt(5, 2));
    return new Returning(context, first.outcome().newBlocks(), engine.forget("s"));
  }

  private void assertGoesOn(Returning returning) {
    Heard next =
        submit(
            engine,
            stored("r2", "s", returning.context(), 4, returning.stored()),
            returning.blocks());
    run(engine);
    assertThat(next.outcome().output()).isEqualTo(expected(returning.context(), 4));
    assertThat(next.outcome().cachedTokens()).isEqualTo(returning.stored());
  }

  @Test
  void a_pinned_session_makes_way_after_all_others() {
    engine.setPinned("s0", true);
    for (int i = 0; i < 40; i++) {
      submit(generation("r" + i, "s" + i, prompt(120, i), 10));
      run(engine);
    }
    assertThat(engine.residentTokens("s0")).isPositive();
    assertThat(engine.residentTokens("s1")).isZero();

    engine.setPinned("s0", false);
    for (int i = 40; i < 80; i++) {
      submit(generation("r" + i, "s" + i, prompt(120, i), 10));
      run(engine);
    }
    assertThat(engine.residentTokens("s0")).isZero();
  }

  @Test
  void with_less_room_idle_sessions_make_way_and_who_runs_goes_on() {
    for (int i = 0; i < 4; i++) {
      submit(generation("r" + i, "s" + i, prompt(100, i), 10));
      run(engine);
    }
    Heard running = submit(generation("r", "s", prompt(200, 9), 50));
    engine.step();

    engine.setRoom(128, 128);
    assertThat(engine.residentSessions()).isZero();
    assertThat(engine.totalTokens()).isEqualTo(251);
    run(engine);
    assertThat(running.outcome().output()).isEqualTo(expected(prompt(200, 9), 50));
    assertThat(engine.totalTokens()).isEqualTo(128);
    assertThat(engine.usedTokens()).isLessThanOrEqualTo(128);

    Heard tooLong = submit(generation("t", null, prompt(200, 9), 1));
    assertThat(String.valueOf(tooLong.outcome().failure())).contains("kv.device.tokens");
    engine.setRoom(ROOM, ROOM);
    Heard again = submit(generation("u", null, prompt(200, 9), 5));
    run(engine);
    assertThat(again.outcome().output()).isEqualTo(expected(prompt(200, 9), 5));
  }

  @Test
  void what_reaches_an_engine_that_rests_is_answered_all_the_same() {
    engine.setRoom(1, 256);
    Heard late = submit(generation("r", "s", prompt(200, 9), 5));
    run(engine);
    assertThat(late.outcome().output()).isEqualTo(expected(prompt(200, 9), 5));
    assertThat(engine.totalTokens()).isEqualTo(1);
    Heard tooLong = submit(generation("t", null, prompt(256, 9), 1));
    assertThat(String.valueOf(tooLong.outcome().failure())).contains("kv.device.tokens");
  }

  @Test
  void a_session_that_waits_keeps_its_kv_when_others_need_room() {
    engine.setRoom(864, 864);
    submit(generation("a0", "waits", prompt(250, 1), 5));
    run(engine);
    submit(generation("b0", "idle", prompt(100, 2), 5));
    run(engine);
    Heard large = submit(generation("c", null, prompt(400, 5), 100));
    engine.step();
    Heard waits = submit(generation("a1", "waits", prompt(500, 1), 5)); // more than there is
    run(engine);
    assertThat(large.outcome().output()).isEqualTo(expected(prompt(400, 5), 100));
    assertThat(waits.outcome().output()).isEqualTo(expected(prompt(500, 1), 5));
    assertThat(waits.outcome().cachedTokens()).isGreaterThanOrEqualTo(250);
    assertThat(engine.residentTokens("idle")).isZero();
  }

  @Test
  void without_memory_to_hand_kv_over_an_answer_ends_all_the_same() {
    runner.noMemoryToExport = true;
    Heard first = submit(generation("r0", "s", prompt(200, 1), 5));
    Heard beside = submit(generation("r1", null, prompt(50, 2), 5));
    run(engine);
    assertThat(first.outcome().output()).isEqualTo(expected(prompt(200, 1), 5));
    assertThat(first.outcome().newBlocks()).isEmpty();
    assertThat(beside.outcome().output()).isEqualTo(expected(prompt(50, 2), 5));
    runner.noMemoryToExport = false;
    Heard next = submit(generation("r2", "s", prompt(200, 1), 6));
    run(engine);
    assertThat(next.outcome().output()).isEqualTo(expected(prompt(200, 1), 6));
    assertThat(next.outcome().newBlocks()).isNotEmpty();
  }

  @Test
  void followers_begin_with_the_prompt_of_their_leader() {
    Heard leader = submit(generation("a", null, prompt(150, 1), 10));
    List<Heard> heard = new ArrayList<>(List.of(leader));
    for (int i = 0; i < 3; i++) {
      heard.add(follow(leader, generation("a", null, prompt(150, 1), 10)));
    }
    run(engine);
    Heard late = follow(leader, generation("a", null, prompt(150, 1), 10));
    run(engine);

    for (Heard one : heard) {
      assertThat(one.outcome().output()).isEqualTo(expected(prompt(150, 1), 10));
    }
    assertThat(late.outcome().output()).isEqualTo(expected(prompt(150, 1), 10));
    assertThat(heard.get(3).outcome().cachedTokens()).isEqualTo(149);
    int answered = leader.outcome().output().length;
    assertThat(runner.tokensComputed - engine.meter().totals().guessed())
        .isLessThanOrEqualTo(2 * 150 + 3 + 5 * (answered + 1));
    assertThat(pool.free()).isEqualTo(pool.total());
  }

  @Test
  void followers_go_on_without_a_leader_that_ended_early() {
    Heard leader = submit(generation("a", null, prompt(150, 1), 10));
    Heard second = follow(leader, generation("a", null, prompt(150, 1), 10));
    Heard third = follow(leader, generation("a", null, prompt(150, 1), 10));
    engine.step();
    engine.cancel(third.sequence(), new Failure(ErrorCode.CANCELLED, "enough"));
    engine.cancel(leader.sequence(), new Failure(ErrorCode.CANCELLED, "enough"));

    run(engine);

    assertThat(second.outcome().output()).isEqualTo(expected(prompt(150, 1), 10));
    assertThat(third.outcome().reason()).isEqualTo(FinishReason.ERROR);
    assertThat(engine.unfinished()).isZero();
    assertThat(pool.free()).isEqualTo(pool.total());
  }

  @Test
  void cancelled_requests_end_at_once_and_free_their_room() {
    Heard heard = submit(generation("a", null, prompt(100, 1), 200));
    engine.step();
    engine.cancel(heard.sequence(), new Failure(ErrorCode.CANCELLED, "enough"));

    assertThat(heard.outcome().reason()).isEqualTo(FinishReason.ERROR);
    assertThat(Objects.requireNonNull(heard.outcome().failure()).code())
        .isEqualTo(ErrorCode.CANCELLED);
    assertThat(pool.free()).isEqualTo(pool.total());
    assertThat(engine.step()).isFalse();
  }

  @Test
  void expired_requests_cost_no_step() {
    Heard heard =
        submit(
            new Generation(
                "a",
                null,
                prompt(10, 1),
                0,
                0,
                SamplingParams.GREEDY,
                0,
                List.of(),
                5,
                0,
                "t",
                1000));
    clock.millis = 1001;

    run(engine);

    assertThat(Objects.requireNonNull(heard.outcome().failure()).code())
        .isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    assertThat(runner.steps).isZero();
  }

  @Test
  void the_margin_says_who_is_not_begun_for_its_deadline() {
    StepEngine one = engine(runner, pool, 1, 64);
    Heard example = submit(one, generation("example", null, prompt(10, 1), 20));
    runSlowly(one);
    assertThat(example.outcome().failure()).isNull();

    // 200 ms each: with half as much again, the last is done just in time when nobody waits.
    List<Heard> heard = submitDue(one, 250);
    runSlowly(one);
    assertThat(heard).filteredOn(each -> each.outcome().failure() == null).hasSize(1);
    assertThat(one.meter().totals().notBegun()).isEqualTo(2);

    one.configure(settings(1, 64, 0));
    heard = submitDue(one, 250);
    runSlowly(one);
    assertThat(heard).filteredOn(each -> each.outcome().failure() == null).hasSize(1);
    assertThat(one.meter().totals().notBegun())
        .as("the others' deadlines have passed")
        .isEqualTo(2);
  }

  /** Three of 20 tokens, due so many milliseconds from now. */
  private List<Heard> submitDue(StepEngine engine, long millis) {
    List<Heard> heard = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      heard.add(
          submit(
              engine,
              new Generation(
                  "due" + i,
                  null,
                  prompt(10, 2 + i),
                  0,
                  0,
                  SamplingParams.GREEDY,
                  0,
                  List.of(),
                  20,
                  0,
                  "t",
                  clock.millis + millis)));
    }
    return heard;
  }

  /** Ten milliseconds a step. */
  private void runSlowly(StepEngine engine) {
    while (engine.step()) {
      clock.millis += 10;
    }
  }

  @Test
  void out_of_memory_drops_idle_kv_then_batches_less_and_answers_all_the_same() {
    submit(generation("idle", "idle", prompt(100, 9), 5));
    run(engine);
    List<Heard> heard = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      heard.add(submit(generation("r" + i, null, prompt(40, i), 20)));
    }
    runner.mostTokensAStep = 60;

    run(engine);

    for (int i = 0; i < 6; i++) {
      assertThat(heard.get(i).outcome().output()).isEqualTo(expected(prompt(40, i), 20));
    }
    assertThat(engine.residentTokens("idle")).isZero();
    assertThat(pool.free()).isEqualTo(pool.total());
  }

  @Test
  void without_memory_for_more_kv_there_are_fewer_sequences_with_chunks_as_large_as_before() {
    List<Heard> heard = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      heard.add(submit(generation("r" + i, null, prompt(40, i), 20)));
    }
    runner.mostSequences = 2;

    run(engine);

    for (int i = 0; i < 6; i++) {
      assertThat(heard.get(i).outcome().output()).isEqualTo(expected(prompt(40, i), 20));
    }
    assertThat(runner.steps).as("two at a time, prompts in chunks").isLessThan(70);
    assertThat(pool.free()).isEqualTo(pool.total());
  }

  @Test
  void what_does_not_fit_alone_ends_with_out_of_memory_and_the_next_is_answered() {
    runner.mostTokensASequence = 30;
    Heard large = submit(generation("large", null, prompt(60, 1), 5));
    Heard small = submit(generation("small", null, prompt(20, 2), 5));

    run(engine);

    assertThat(Objects.requireNonNull(large.outcome().failure()).code())
        .isEqualTo(ErrorCode.OUT_OF_MEMORY);
    assertThat(small.outcome().output()).isEqualTo(expected(prompt(20, 2), 5));
    assertThat(pool.free()).isEqualTo(pool.total());
  }

  @Test
  void one_generation_that_breaks_does_not_end_the_others() {
    Heard broken =
        new Heard() {
          @Override
          public void onText(String text) {
            throw new IllegalStateException("no ears");
          }
        };
    Generation first = generation("broken", null, prompt(10, 1), 20);
    engine.submit(first, List.of(), new TokenLog(first.context(), 16), broken);
    Heard healthy = submit(generation("healthy", null, prompt(10, 2), 20));

    run(engine);

    assertThat(healthy.outcome().output()).isEqualTo(expected(prompt(10, 2), 20));
    assertThat(engine.unfinished()).isZero();
    assertThat(pool.free()).isEqualTo(pool.total());
  }

  @Test
  void a_context_that_cannot_be_computed_is_refused_before_it_costs_a_step() {
    Heard empty = submit(generation("empty", null, new int[0], 5));
    Heard foreign = submit(generation("foreign", null, new int[] {1, FakeRunner.VOCABULARY}, 5));
    Heard tooLong = submit(generation("long", null, prompt(FakeRunner.CONTEXT + 1, 1), 5));

    run(engine);

    assertThat(Objects.requireNonNull(empty.outcome().failure()).code())
        .isEqualTo(ErrorCode.EMPTY_PROMPT);
    assertThat(Objects.requireNonNull(foreign.outcome().failure()).message())
        .contains(Integer.toString(FakeRunner.VOCABULARY));
    assertThat(Objects.requireNonNull(tooLong.outcome().failure()).code())
        .isEqualTo(ErrorCode.CONTEXT_TOO_LONG);
    assertThat(runner.steps).isZero();
  }

  @Test
  void ends_at_the_context_and_says_when_it_does_not_fit() {
    Heard full = submit(generation("a", null, prompt(FakeRunner.CONTEXT - 3, 1), 100));
    StepEngine tiny = engine(new FakeRunner(4), new KvPool(64), 8, 64);
    Heard refused = submit(tiny, generation("b", null, prompt(70, 1), 10));

    run(engine);

    assertThat(full.outcome().output()).hasSizeLessThanOrEqualTo(3);
    assertThat(Objects.requireNonNull(refused.outcome().failure()).message())
        .contains("71 tokens", "64", "kv.device.tokens");
  }

  @Test
  void whoever_was_in_a_step_that_failed_is_suspected() {
    runner.poison = 42;
    submit(generation("a", "s", new int[] {1, 42}, 5));

    assertThatThrownBy(engine::step).hasMessage("poison");

    assertThat(engine.suspects()).extracting(Generation::requestId).containsExactly("a");
  }

  @Test
  void nobody_is_suspected_for_a_lack_of_memory() {
    runner.mostTokensASequence = 10;
    Heard heard = submit(generation("a", null, prompt(40, 1), 5));

    run(engine);

    assertThat(Objects.requireNonNull(heard.outcome().failure()).code())
        .isEqualTo(ErrorCode.OUT_OF_MEMORY);
    assertThat(engine.suspects()).isEmpty();
  }

  private Heard submit(Generation generation) {
    return submit(engine, generation);
  }

  private static Heard submit(StepEngine engine, Generation generation) {
    return submit(engine, generation, List.of());
  }

  private Heard follow(Heard leader, Generation generation) {
    Heard heard = new Heard();
    heard.sequence =
        engine.follow(leader.sequence(), generation, new TokenLog(generation.context(), 16), heard);
    return heard;
  }

  private static Heard submit(StepEngine engine, Generation generation, List<KvBlock> blocks) {
    Heard heard = new Heard();
    heard.sequence =
        engine.submit(generation, blocks, new TokenLog(generation.context(), 16), heard);
    return heard;
  }

  private static void run(StepEngine engine) {
    for (int steps = 0; engine.step(); steps++) {
      assertThat(steps).isLessThan(100_000);
    }
  }

  private StepEngine engine(FakeRunner runner, KvPool pool, int batch, int budget) {
    return new StepEngine(
        runner,
        pool,
        new SharedPrefixes(new HostKv(0), BLOCK),
        settings(batch, budget, 1.5),
        new NumberTokenizer(),
        clock);
  }

  private static EngineSettings settings(int batch, int budget, double deadlineMargin) {
    return new EngineSettings(
        1,
        batch,
        budget,
        0,
        GUESSES,
        deadlineMargin,
        Duration.ZERO,
        Map.of(),
        Duration.ZERO,
        Duration.ZERO);
  }

  private static Generation generation(
      String id, @Nullable String session, int[] prompt, int most) {
    return stored(id, session, prompt, most, 0);
  }

  private static Generation prioritized(String id, int[] prompt, int most, int priority) {
    return new Generation(
        id,
        null,
        prompt,
        0,
        0,
        SamplingParams.GREEDY,
        0,
        List.of(),
        most,
        priority,
        "t",
        Long.MAX_VALUE);
  }

  private static Generation stored(
      String id, @Nullable String session, int[] prompt, int most, int stored) {
    return new Generation(
        id,
        session,
        prompt,
        0,
        stored,
        SamplingParams.GREEDY,
        0,
        List.of(),
        most,
        0,
        "t",
        Long.MAX_VALUE);
  }

  private static int[] prompt(int length, int seed) {
    int[] ids = new int[length];
    for (int i = 0; i < length; i++) {
      ids[i] = Math.floorMod(i * 31 + seed * 17 + 1, FakeRunner.VOCABULARY);
    }
    return ids;
  }

  /** What the model answers by its definition, one token after the other. */
  private static int[] expected(int[] prompt, int most) {
    int[] all = Arrays.copyOf(prompt, prompt.length + most);
    for (int n = prompt.length; n < all.length; n++) {
      int next = FakeRunner.next(all, n);
      if (next == 0 || n == FakeRunner.CONTEXT) {
        return Arrays.copyOfRange(all, prompt.length, n);
      }
      all[n] = next;
    }
    return Arrays.copyOfRange(all, prompt.length, all.length);
  }

  private static int[] concat(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
  }

  private static class Heard implements GenerationListener {
    private final StringBuilder shown = new StringBuilder();
    private @Nullable GenerationOutcome outcome;
    private @Nullable Sequence sequence;

    @Override
    public void onText(String text) {
      assertThat(outcome).isNull();
      shown.append(text);
    }

    @Override
    public void onFinish(GenerationOutcome finished) {
      assertThat(outcome).isNull();
      outcome = finished;
    }

    @Override
    public void onEngineFailure(CaudalException failure) {
      throw failure;
    }

    Sequence sequence() {
      return Objects.requireNonNull(sequence);
    }

    GenerationOutcome outcome() {
      return Objects.requireNonNull(outcome, "not finished");
    }

    String shown() {
      return shown.toString();
    }
  }

  private static final class ManualClock implements EngineClock {
    private long millis = 500;

    @Override
    public long millis() {
      return millis;
    }

    @Override
    public long nanos() {
      return millis * 1_000_000;
    }
  }
}
