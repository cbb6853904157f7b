package io.caudal.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How long after a TaskManager's SIGKILL the next token comes, and how long until tokens come as
 * fast as before, with so many sessions in mid-answer.
 */
final class RecoveryRun {
  private static final int KILLS = 3;
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final Duration STEADY = Duration.ofSeconds(6);
  private static final double FULL = 0.9;

  /** Seconds from the kill. */
  record Recovery(double next, double full, double rate) {}

  private RecoveryRun() {}

  /** A row of a Markdown table: medians of three kills. */
  static String row(int sessions) {
    List<Recovery> all = new ArrayList<>();
    try (ChaosCluster cluster = new ChaosCluster(2, Map.of("job.capacity", "2048"));
        Load load =
            new Load(
                cluster.reader(), sessions, "r", Stream.generate(RecoveryRun::stories).iterator());
        PieceClock pieces = new PieceClock(cluster.reader())) {
      for (int i = 0; i < KILLS; i++) {
        require(load.awaitAnswered(load.answered() + Math.max(20, sessions / 4), LIMIT), load);
        require(Waiting.until(LIMIT, cluster.job()::runs), load);
        all.add(kill(cluster, pieces));
      }
    }
    return String.format(
        "| %d | %.0f | %.1f | %.1f |",
        sessions,
        median(all.stream().map(Recovery::rate)),
        median(all.stream().map(Recovery::next)),
        median(all.stream().map(Recovery::full)));
  }

  private static Script stories() {
    return new Script(
        "stories",
        true,
        IntStream.range(0, 4)
            .mapToObj(i -> new Script.Said("Tell me a story about a robot.", 150))
            .toList());
  }

  private static Recovery kill(ChaosCluster cluster, PieceClock pieces) {
    Waiting.pass(STEADY);
    long attempt = pieces.highestAttempt();
    long kill = System.nanoTime();
    double before = pieces.rate(kill - STEADY.toNanos(), kill);
    cluster
        .processes()
        .killTaskManager(cluster.processes().busiestTaskManager(cluster.job().id()).orElseThrow());
    expect(Waiting.until(LIMIT, () -> pieces.firstAfter(attempt).isPresent()), "a token");
    long next = pieces.firstAfter(attempt).orElseThrow();
    long second = Duration.ofSeconds(1).toNanos();
    expect(
        Waiting.until(
            LIMIT,
            () -> {
              long now = System.nanoTime();
              return now - next > second && pieces.rate(now - second, now) >= FULL * before;
            }),
        "the full rate");
    double full = (System.nanoTime() - second - kill) / 1e9;
    return new Recovery((next - kill) / 1e9, full, before);
  }

  private static void expect(boolean came, String what) {
    if (!came) {
      throw new AssertionError(what + " has not come within " + LIMIT);
    }
  }

  private static void require(boolean inTime, Load load) {
    if (!inTime) {
      throw new AssertionError("no progress within " + LIMIT + ": " + load.waiting());
    }
  }

  private static double median(Stream<Double> values) {
    List<Double> sorted = new ArrayList<>(values.toList());
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }
}
