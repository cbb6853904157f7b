package io.caudal.adapt;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.AdaptiveSettings;
import io.caudal.config.Bounds;
import io.caudal.config.Scale;
import io.caudal.config.Settings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ControllerTest {
  private static final String BATCH = "engine.max-batch";
  private static final Map<String, Bounds> BOUNDS =
      AdaptiveSettings.from(Settings.of(Map.of())).bounds();

  @Test
  void a_small_batch_grows_while_that_gives_more_and_then_stays() {
    SimulatedJob job =
        new SimulatedJob(Map.of(BATCH, "1"), SimulatedJob.closed(64, 10, 0.3, 1_000, 0.02), 1);
    List<Move> moves = run(job, new Controller(ControllerState.NEW), 300);

    assertThat(moves)
        .allMatch(move -> move.key().equals(BATCH) && move.rule().equals("full-batch"));
    assertThat(moves.get(0).reason()).contains("1.0 of 1 sequences a step", "64 in the engine");
    assertThat(Integer.parseInt(job.text(BATCH))).isBetween(27, 48);
    assertThat(run(job, new Controller(ControllerState.NEW), 100)).isEmpty();
  }

  @Test
  void a_move_that_does_harm_is_taken_back_and_tried_ever_less_often() {
    // Beyond 16 each sequence costs so much that a larger batch gives fewer tokens.
    SimulatedJob job =
        new SimulatedJob(
            Map.of("adaptive.ttft-target", "0ms"), SimulatedJob.closed(200, 10, 0.5, 16, 0.02), 1);
    Controller controller = new Controller(ControllerState.NEW);
    List<Move> moves = run(job, controller, 360);

    assertThat(job.text(BATCH)).isEqualTo("16");
    assertThat(moves).hasSize(2);
    assertThat(moves.get(1).rule()).isEqualTo("taken-back");
    assertThat(moves.get(1).reason())
        .contains("full-batch", "output tokens/s", "before", "not tried again for 360 windows");

    List<Move> later = run(job, controller, 1_200);
    assertThat(later).hasSize(4);
    assertThat(later.get(1).reason()).contains("not tried again for 720 windows");
    assertThat(later.get(3).reason()).contains("not tried again while the load is the same");
    assertThat(job.text(BATCH)).isEqualTo("16");
    assertThat(run(job, controller, 2_000)).isEmpty();
  }

  @Test
  void targets_come_before_tokens() {
    // 45 ms between tokens at 16 sequences, 81 at 28, 117 at 42: the target is 100.
    SimulatedJob job =
        new SimulatedJob(
            Map.of("adaptive.ttft-target", "0ms"),
            SimulatedJob.closed(400, 5, 2.5, 1_000, 0.01),
            1);
    run(job, new Controller(ControllerState.NEW), 400);
    assertThat(Integer.parseInt(job.text(BATCH))).isBetween(24, 42);

    SimulatedJob wide =
        new SimulatedJob(
            Map.of("adaptive.ttft-target", "0ms", BATCH, "128"),
            SimulatedJob.closed(400, 5, 2.5, 1_000, 0.01),
            1);
    run(wide, new Controller(ControllerState.NEW), 400);
    assertThat(Integer.parseInt(wide.text(BATCH))).isBetween(24, 42);
  }

  @Test
  void another_target_makes_all_free_again() {
    SimulatedJob job =
        new SimulatedJob(
            Map.of("adaptive.ttft-target", "0ms"),
            SimulatedJob.closed(400, 5, 2.5, 1_000, 0.01),
            1);
    Controller controller = new Controller(ControllerState.NEW);
    run(job, controller, 400);
    int before = Integer.parseInt(job.text(BATCH));
    assertThat(run(job, controller, 100)).isEmpty();

    job.set("adaptive.itl-target", "200ms");
    assertThat(run(job, controller, 400)).isNotEmpty();
    assertThat(Integer.parseInt(job.text(BATCH))).isGreaterThan(before);
  }

  @Test
  void what_somebody_else_has_set_stays() {
    SimulatedJob job =
        new SimulatedJob(Map.of(), SimulatedJob.closed(100, 10, 0.3, 1_000, 0.02), 1);
    Controller controller = new Controller(ControllerState.NEW);
    List<Move> before = run(job, controller, 6);
    assertThat(before).isNotEmpty();

    job.set(BATCH, "5");
    assertThat(run(job, controller, 300)).isEmpty();
    assertThat(job.text(BATCH)).isEqualTo("5");
    assertThat(run(job, controller, 100)).isNotEmpty();
  }

  @Test
  void a_change_that_nobody_makes_is_given_up() {
    SimulatedJob job =
        new SimulatedJob(Map.of(), SimulatedJob.closed(100, 10, 0.3, 1_000, 0.02), 1);
    Controller controller = new Controller(ControllerState.NEW);
    List<Move> moves = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      controller.observe(job.next()).ifPresent(moves::add);
    }
    assertThat(moves).hasSize(3).allMatch(move -> move.to().equals("24"));
  }

  @Test
  void another_load_during_a_trial_gives_no_verdict_and_makes_all_free_again() {
    List<Double> users = new ArrayList<>(List.of(200.0));
    SimulatedJob job =
        new SimulatedJob(
            Map.of(),
            (settings, random) ->
                SimulatedJob.closed(users.get(0).intValue(), 10, 0.5, 16, 0.01)
                    .apply(settings, random),
            1);
    Controller controller = new Controller(ControllerState.NEW);
    assertThat(run(job, controller, 300)).hasSize(2);

    users.set(0, 20.0); // ten sequences a step: as fast, not full
    assertThat(run(job, controller, 50)).isEmpty();
    users.set(0, 200.0);
    assertThat(run(job, controller, 300)).hasSize(2);
  }

  /** Two steps from 32 MB are 128, and there is room for 100. */
  @Test
  void where_memory_has_no_room_for_a_larger_move_a_smaller_one_is_made() {
    Past grown = Past.NONE.kept(true, 1);
    ControllerState state =
        new ControllerState(
            1,
            null,
            Map.of(),
            Map.of(),
            Map.of("kv.host.bytes", grown),
            List.of(),
            List.of(),
            null);
    SimulatedJob job =
        new SimulatedJob(
            Map.of(
                "kv.host.bytes", "32mb",
                "kv.waiting-bytes", "156mb",
                "adaptive.memory-limit", "256mb",
                "adaptive.bounds", "kv.host.bytes=16mb..2gb",
                "adaptive.ttft-target", "0ms"),
            (settings, random) ->
                Map.of(
                    "requests", 40.0,
                    "ended", 40.0,
                    "output_tokens", 400.0,
                    "in_flight", 10.0,
                    "evicted", 30.0,
                    "host_fill", 1.0,
                    "state_hits", 0.5),
            1);
    List<Move> moves = run(job, new Controller(state), 20);
    assertThat(moves.get(0).to()).isEqualTo("64mb");
  }

  @Test
  void a_lowered_memory_limit_is_kept_at_once() {
    SimulatedJob job =
        new SimulatedJob(
            Map.of("kv.host.bytes", "512mb", "adaptive.memory-limit", "256mb"),
            (settings, random) -> Map.of(),
            1);
    List<Move> moves = run(job, new Controller(ControllerState.NEW), 20);

    assertThat(moves).hasSize(1);
    assertThat(moves.get(0).reason()).contains("384 MB over adaptive.memory-limit (256 MB)");
    assertThat(job.text("kv.host.bytes")).isEqualTo("128mb");
    assertThat(job.text("kv.waiting-bytes")).isEqualTo("128mb");
  }

  @Test
  void a_lowered_memory_limit_ends_a_trial_and_takes_what_it_may() {
    SimulatedJob job =
        new SimulatedJob(
            Map.of("kv.host.bytes", "512mb"), SimulatedJob.closed(100, 10, 0.3, 1_000, 0.02), 1);
    Controller controller = new Controller(ControllerState.NEW);
    Move trial = untilConfirmed(job, controller);
    assertThat(trial.key()).isEqualTo(BATCH);

    job.set("kv.host.bytes", "400mb"); // somebody's: it is left alone
    job.set("adaptive.memory-limit", "450mb");
    Move fit = controller.observe(job.next()).orElseThrow();
    assertThat(fit.rule()).isEqualTo("memory-limit");
    assertThat(fit.key()).isEqualTo("kv.waiting-bytes");
    assertThat(fit.to()).isEqualTo("50mb");
  }

  @Test
  void what_left_the_bounds_during_a_trial_is_not_taken_back() {
    SimulatedJob job =
        new SimulatedJob(
            Map.of("adaptive.ttft-target", "0ms"), SimulatedJob.closed(200, 10, 0.5, 16, 0.02), 1);
    Controller controller = new Controller(ControllerState.NEW);
    Move trial = untilConfirmed(job, controller);
    assertThat(trial.to()).isEqualTo("24");

    job.set("adaptive.bounds", "engine.max-batch=20..64");
    assertThat(run(job, controller, 100)).noneMatch(move -> move.to().equals("16"));
    assertThat(Integer.parseInt(job.text(BATCH))).isBetween(20, 64);
  }

  /** Plays until the first move is in force everywhere, and has been seen to be. */
  private static Move untilConfirmed(SimulatedJob job, Controller controller) {
    for (int i = 0; i < 50; i++) {
      Optional<Move> move = controller.observe(job.next());
      if (move.isPresent()) {
        job.set(move.get().key(), move.get().to());
        assertThat(controller.observe(job.next())).isEmpty();
        assertThat(Objects.requireNonNull(controller.state().trial()).confirmed()).isTrue();
        return move.get();
      }
    }
    throw new AssertionError("no move");
  }

  @Test
  void off_and_advise_change_nothing() {
    for (String mode : List.of("off", "advise")) {
      SimulatedJob job =
          new SimulatedJob(
              Map.of("adaptive.mode", mode), SimulatedJob.closed(100, 10, 0.3, 1_000, 0), 1);
      assertThat(run(job, new Controller(ControllerState.NEW), 50)).as(mode).isEmpty();
    }
  }

  @Test
  void a_controller_goes_on_from_its_state() {
    SimulatedJob.Response response = SimulatedJob.closed(200, 10, 0.5, 40, 0.05);
    SimulatedJob job = new SimulatedJob(Map.of(), response, 7);
    SimulatedJob same = new SimulatedJob(Map.of(), response, 7);
    List<Move> whole = run(job, new Controller(ControllerState.NEW), 200);

    List<Move> parts = new ArrayList<>();
    ControllerState state = ControllerState.NEW;
    for (int i = 0; i < 200; i++) {
      Controller controller = new Controller(state);
      parts.addAll(run(same, controller, 1));
      state = controller.state();
    }
    assertThat(parts).isNotEmpty().isEqualTo(whole);
  }

  /**
   * Whatever a job answers to its settings, and however that makes rules contradict each other:
   * under a load that stays, moves are bounded and keep their bounds.
   */
  @Property(tries = 40)
  void it_never_oscillates(
      @ForAll long system,
      @ForAll @IntRange(min = 4, max = 400) int users,
      @ForAll @DoubleRange(min = 0, max = 0.1) double noise,
      @ForAll boolean open,
      @ForAll @IntRange(min = 0, max = 2) int memory) {
    SimulatedJob job = job(system, users, noise, open, memory);
    List<Move> moves = run(job, new Controller(ControllerState.NEW), 1_500);

    assertThat(moves).hasSizeLessThanOrEqualTo(mostMoves());
    for (Move move : moves) {
      double to = Scale.rank(move.key(), move.to()).orElseThrow();
      Bounds own = Objects.requireNonNull(BOUNDS.get(move.key()));
      assertThat(own.clamp(to)).as(move.toString()).isEqualTo(to);
    }
  }

  /** Whatever it tries, it tries once: a setting is moved from one value to another, and stays. */
  @Property(tries = 40)
  void it_does_nothing_twice(
      @ForAll long system,
      @ForAll @IntRange(min = 4, max = 400) int users,
      @ForAll @DoubleRange(min = 0, max = 0.1) double noise,
      @ForAll boolean open,
      @ForAll @IntRange(min = 0, max = 2) int memory) {
    SimulatedJob job = job(system, users, noise, open, memory);
    List<Move> moves = run(job, new Controller(ControllerState.NEW), Past.COOL_DOWN);

    assertThat(moves)
        .filteredOn(move -> !move.rule().equals("taken-back"))
        .extracting(move -> move.key() + " " + move.from() + " " + move.to())
        .doesNotHaveDuplicates();
  }

  /** Where chance doesn't make a rule apply once in a thousand windows, there is an end soon. */
  @Property(tries = 20)
  void it_ends_still(
      @ForAll long system,
      @ForAll @IntRange(min = 4, max = 400) int users,
      @ForAll boolean open,
      @ForAll @IntRange(min = 0, max = 2) int memory) {
    SimulatedJob job = job(system, users, 0, open, memory);
    Controller controller = new Controller(ControllerState.NEW);
    run(job, controller, 4_000);
    assertThat(run(job, controller, 1_000)).isEmpty();
  }

  private static SimulatedJob job(
      long system, int users, double noise, boolean open, int memoryGb) {
    return new SimulatedJob(
        Map.of("adaptive.memory-limit", memoryGb + "gb"), arbitrary(system, users, noise, open), 1);
  }

  /**
   * In each direction three moves that are taken back; and three times all steps from one bound to
   * the other, for two turns.
   */
  private static int mostMoves() {
    int most = 0;
    for (Map.Entry<String, Bounds> one : BOUNDS.entrySet()) {
      String value = Scale.text(one.getKey(), one.getValue().low());
      int steps = 0;
      for (Optional<String> next = Optional.of(value); next.isPresent(); steps++) {
        value = next.get();
        next = Knob.next(one.getKey(), value, true, 1, one.getValue());
      }
      most += 2 * 3 * 2 + 3 * steps;
    }
    return most;
  }

  /** Figures that are any function of the settings in force, and vary. */
  private static SimulatedJob.Response arbitrary(
      long system, int users, double noise, boolean open) {
    return (settings, random) -> {
      Random own = new Random(system ^ settings.given().hashCode());
      double factor = open ? 1 : 0.3 + own.nextDouble();
      double requests = users * factor * SimulatedJob.vary(random, noise);
      Map<String, Double> figures = new HashMap<>();
      figures.put("requests", 30 + requests);
      figures.put("ended", 30 + requests);
      figures.put("output_tokens", (30 + requests) * 32);
      figures.put("in_flight", open ? users * 10 * own.nextDouble() : users);
      figures.put("loops", 2.0);
      figures.put("subtasks", 2.0);
      figures.put("batch", own.nextDouble() * 64);
      figures.put("in_engine", own.nextDouble() * 500);
      figures.put("at_hand", own.nextDouble() * 500);
      figures.put("ttft_p95", own.nextDouble() * 2_500 * SimulatedJob.vary(random, noise));
      figures.put("itl_p95", own.nextDouble() * 250 * SimulatedJob.vary(random, noise));
      figures.put("prefill_p95", own.nextDouble() * 2_000);
      figures.put("restore_p95", own.nextDouble() * 1_000);
      figures.put("step_prefill_tokens", own.nextDouble() * 2_000);
      figures.put("guessed", own.nextDouble());
      figures.put("accepted", own.nextDouble());
      figures.put("evicted", own.nextDouble() * 200);
      figures.put("heap_bytes", 1e9);
      for (String share :
          List.of(
              "prefill_share",
              "encode_share",
              "state_hits",
              "recomputed",
              "refused_restore",
              "host_fill",
              "heap_fill",
              "gc",
              "cpu",
              "loops_busy")) {
        figures.put(share, Math.pow(own.nextDouble(), 2));
      }
      return figures;
    };
  }

  private static List<Move> run(SimulatedJob job, Controller controller, int windows) {
    List<Move> moves = new ArrayList<>();
    for (int i = 0; i < windows; i++) {
      controller
          .observe(job.next())
          .ifPresent(
              move -> {
                moves.add(move);
                job.make(move);
              });
    }
    return moves;
  }
}
