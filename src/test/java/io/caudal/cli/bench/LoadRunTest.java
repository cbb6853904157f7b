package io.caudal.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.engine.model.ModelFolder;
import io.caudal.text.ModelText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadRunTest {
  private static final ModelText MODEL = ModelText.load(ModelFolder.resolve("bundled:demo"));
  private static final Slo SLO = new Slo(1000, 100);

  private final Scripted target = new Scripted();
  private final List<RunProgress> told = new ArrayList<>();

  @Test
  void every_turn_is_asked_once_and_no_session_asks_twice_at_a_time() {
    Load load = load(0, 3);
    StreamFigures figures = new StreamFigures(load, "stream", run(load), SLO);

    assertThat(target.asked).hasSize(15).doesNotHaveDuplicates();
    assertThat(figures.isComplete()).isTrue();
    assertThat(figures.outputTokens()).isEqualTo(30);
    assertThat(figures.cachedShare()).isEqualTo(0.4);
    assertThat(figures.json().at("/requests/answered").asInt()).isEqualTo(15);
  }

  @Test
  void a_schedule_is_kept_whatever_the_answers_do() {
    Load load = load(200, 3);
    LoadRun.Outcome outcome = run(load);

    assertThat(outcome.exchanges()).hasSize(15);
    for (Exchange exchange : outcome.exchanges()) {
      assertThat(exchange.intendedNanos())
          .isEqualTo(outcome.startNanos() + exchange.turn().atNanos());
      assertThat(exchange.sentNanos()).isGreaterThanOrEqualTo(exchange.intendedNanos());
    }
  }

  @Test
  void second_results_are_counted() {
    target.doubled = 1;
    Load load = load(0, 1);
    StreamFigures figures = new StreamFigures(load, "stream", run(load), SLO);
    assertThat(figures.answered()).isEqualTo(figures.planned());
    // The last turn's second result comes after the run.
    assertThat(figures.doubled()).isPositive();
    assertThat(figures.isComplete()).isFalse();
  }

  @Test
  void it_gives_up_when_nothing_comes() {
    target.silentAfter = 4;
    Load load = load(0, 3);
    StreamFigures figures = new StreamFigures(load, "stream", run(load), SLO);
    assertThat(figures.answered()).isEqualTo(4);
    assertThat(figures.isComplete()).isFalse();
    assertThat(figures.json().at("/requests/unanswered").asInt()).isEqualTo(3);
  }

  @Test
  void after_its_end_it_sends_nothing_and_waits_for_what_it_has_sent() {
    Load load = load(0, 3);
    LoadRun.Outcome outcome = run(load, Duration.ZERO);
    assertThat(outcome.exchanges()).isEmpty();
    assertThat(outcome.planned()).isZero();
    assertThat(run(load, Duration.ofMinutes(5)).exchanges()).hasSize(15);
  }

  private LoadRun.Outcome run(Load load) {
    return run(load, Duration.ofMinutes(5));
  }

  private LoadRun.Outcome run(Load load, Duration limit) {
    Script script = new Script(MODEL, load.seed());
    return new LoadRun(
            target,
            Plan.of(load),
            script,
            "run",
            load.shape().rate() > 0,
            Duration.ofMillis(50),
            told::add)
        .endAfter(limit)
        .run();
  }

  private static Load load(double rate, int users) {
    Shape shape =
        new Shape(
            users, 5, Spread.of(3), 20, Spread.of(50), Spread.of(10), Spread.of(2), rate, false);
    return new Load("x", shape, Arrivals.CONSTANT, 0, 7, 0);
  }
}
