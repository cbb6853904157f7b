package io.caudal.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Undisturbed sessions first, then sessions without end under faults, then the audit. */
final class ChaosRun {
  private static final Duration PROGRESS_LIMIT = Duration.ofMinutes(4);
  private static final Duration STRIKE_LIMIT = Duration.ofMinutes(5);
  private static final int MOST_AT_A_TIME = 4;

  private final ChaosCluster cluster;
  private final ChaosOptions options;
  private final Random random;
  private final Faults faults;
  private final Map<FaultKind, ChaosReport.Strikes> struck = new EnumMap<>(FaultKind.class);
  private final ExecutorService strikers = Executors.newCachedThreadPool();
  private final long begin = System.nanoTime();

  ChaosRun(ChaosCluster cluster, ChaosOptions options) {
    this.cluster = cluster;
    this.options = options;
    this.random = new Random(options.seed());
    this.faults = cluster.faults();
  }

  ChaosReport play() {
    List<Script> scripts = Script.all();
    try (Load undisturbed =
        new Load(
            cluster.reader(),
            options.undisturbedSessions(),
            Checker.UNDISTURBED,
            scripts.iterator())) {
      require(undisturbed.awaitEnd(PROGRESS_LIMIT), undisturbed);
    }
    say("the known answers are there");
    // Always the same order, so that sessions side by side have different things to remember.
    List<Script> order = new ArrayList<>(scripts);
    Collections.shuffle(order, random);
    try (Load load =
            new Load(
                cluster.reader(),
                options.sessions(),
                "s",
                Stream.generate(() -> order).flatMap(List::stream).iterator());
        OddRequests odd = new OddRequests(cluster.reader(), scripts)) {
      progress(load);
      for (List<FaultKind> together : options.first()) {
        round(load, together);
      }
      while (count() < options.faults() && !isLate()) {
        round(load, mix());
      }
      require(load.finish(PROGRESS_LIMIT), load);
      List<String> unanswered = odd.finish(PROGRESS_LIMIT);
      if (!unanswered.isEmpty()) {
        say("no answer within " + PROGRESS_LIMIT + " to " + unanswered);
      }
    } finally {
      strikers.shutdownNow();
    }
    // Meanwhile some checkpoints commit: a result that comes twice may come late.
    List<String> left = leftInState();
    Findings findings = Checker.check(cluster.reader().read());
    findings.left.addAll(left);
    return new ChaosReport(
        options, struck, findings, elapsed(), cluster.processes().endedByThemselves());
  }

  /** What subtasks report of state now that all sessions have ended; empty if nothing is left. */
  private List<String> leftInState() {
    long from = System.currentTimeMillis();
    Map<Integer, JsonNode> reports = new TreeMap<>();
    boolean all =
        Waiting.until(
            PROGRESS_LIMIT,
            () -> {
              reports.clear();
              cluster
                  .reader()
                  .readAll("caudal.metrics", (place, key, json) -> take(json, from, reports));
              return reports.values().stream()
                  .anyMatch(one -> reports.size() == one.path("subtasks").asInt());
            });
    List<String> left = new ArrayList<>();
    if (!all) {
      left.add("not known: of all subtasks these report: " + reports.keySet());
    }
    reports.forEach(
        (subtask, json) -> {
          for (String gauge : List.of("sessions", "session_tokens", "kv_state_bytes")) {
            double value = json.path("gauges").path(gauge).asDouble(-1);
            if (value != 0) {
              left.add("subtask " + subtask + " has " + gauge + " = " + value);
            }
          }
        });
    return left;
  }

  private static void take(JsonNode json, long fromMillis, Map<Integer, JsonNode> reports) {
    boolean ofSubtask = !json.has("type");
    if (ofSubtask && json.path("window_start_ms").asLong() > fromMillis) {
      reports.put(json.path("subtask").asInt(), json);
    }
  }

  private int count() {
    return struck.values().stream().mapToInt(ChaosReport.Strikes::count).sum();
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  private boolean isLate() {
    return elapsed().compareTo(options.limit()) > 0;
  }

  /** Faults that don't strike the same part. */
  private List<FaultKind> mix() {
    List<FaultKind> mix = new ArrayList<>();
    Set<Part> parts = EnumSet.noneOf(Part.class);
    int wanted = 1 + random.nextInt(MOST_AT_A_TIME);
    for (int i = 0; i < 10 && mix.size() < wanted; i++) {
      FaultKind kind = draw();
      if (kind.parts().stream().noneMatch(parts::contains)) {
        mix.add(kind);
        parts.addAll(kind.parts());
      }
    }
    return mix;
  }

  private FaultKind draw() {
    int all = Stream.of(FaultKind.values()).mapToInt(FaultKind::weight).sum();
    int drawn = random.nextInt(all);
    for (FaultKind kind : FaultKind.values()) {
      drawn -= kind.weight();
      if (drawn < 0) {
        return kind;
      }
    }
    throw new IllegalStateException();
  }

  private void round(Load load, List<FaultKind> kinds) {
    Duration unused = load.longestGap();
    Map<FaultKind, Future<Boolean>> strikes = new EnumMap<>(FaultKind.class);
    for (FaultKind kind : kinds) {
      Random own = new Random(random.nextLong());
      Duration delay = Duration.ofMillis(own.nextInt(600));
      strikes.put(
          kind,
          strikers.submit(
              () -> {
                Waiting.pass(delay);
                return faults.strike(kind, own);
              }));
    }
    Map<FaultKind, Boolean> outcomes = new EnumMap<>(FaultKind.class);
    strikes.forEach((kind, strike) -> outcomes.put(kind, outcome(kind, strike)));
    progress(load);
    Duration gap = load.longestGap();
    outcomes.forEach(
        (kind, done) ->
            struck.merge(
                kind,
                ChaosReport.Strikes.NONE.plus(done, gap),
                (before, now) -> before.plus(done, gap)));
    say(String.format("%s, %.1f s without a result", outcomes, gap.toMillis() / 1000.0));
  }

  private static boolean outcome(FaultKind kind, Future<Boolean> strike) {
    try {
      return strike.get(STRIKE_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(kind + " could not strike", e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError(kind + " has not ended within " + STRIKE_LIMIT, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Some answers come again. */
  private void progress(Load load) {
    require(load.awaitAnswered(load.answered() + options.sessions(), PROGRESS_LIMIT), load);
  }

  private void require(boolean inTime, Load load) {
    if (!inTime) {
      throw new AssertionError(
          "no progress within "
              + PROGRESS_LIMIT
              + ", seed "
              + options.seed()
              + "; these wait: "
              + load.waiting()
              + "\n"
              + cluster.job().lastFailure());
    }
  }

  private void say(String what) {
    System.out.printf("chaos %4d s, %3d faults: %s%n", elapsed().toSeconds(), count(), what);
  }
}
