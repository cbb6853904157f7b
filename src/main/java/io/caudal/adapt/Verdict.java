package io.caudal.adapt;

import static io.caudal.adapt.RuleText.say;

import java.util.List;
import java.util.Optional;

/** Compares what was before a move with what came after: targets first, tokens a second second. */
final class Verdict {
  private static final double LEAST_TOLERANCE = 0.05;
  private static final double MOST_TOLERANCE = 0.3;

  private Verdict() {}

  /** What got worse by more than chance makes it; empty if nothing did. */
  static Optional<String> worse(List<Sample> before, List<Sample> after) {
    Sample was = Sample.mean(before);
    Sample is = Sample.mean(after);
    double tolerance = tolerance(before, after);
    if (is.failedShare() > was.failedShare() + LEAST_TOLERANCE) {
      return Optional.of(
          say(
              "%.0f %% of requests failed, %.0f %% before",
              100 * is.failedShare(), 100 * was.failedShare()));
    }
    double over = is.overTarget();
    boolean missed = over > LatencyRules.MISSED;
    if (missed && over > was.overTarget() * (1 + Math.max(0.1, tolerance))) {
      return Optional.of(
          say(
              "the worse of p95 TTFT and ITL is %.2f of its target, %.2f before",
              over, was.overTarget()));
    }
    boolean better =
        missed
            ? over < was.overTarget() * LatencyRules.KEPT
            : was.overTarget() > LatencyRules.MISSED;
    if (!better && is.tokensPerSecond() < was.tokensPerSecond() * (1 - tolerance)) {
      return Optional.of(
          say("%.1f output tokens/s, %.1f before", is.tokensPerSecond(), was.tokensPerSecond()));
    }
    return Optional.empty();
  }

  /** What two stretches of one load differ by, by the number of requests and as windows vary. */
  private static double tolerance(List<Sample> before, List<Sample> after) {
    double ended = Math.min(Sample.mean(before).ended(), Sample.mean(after).ended());
    double chance =
        Math.max(1 / Math.sqrt(Math.max(1, ended)), Math.max(spread(before), spread(after)));
    return Math.min(MOST_TOLERANCE, Math.max(LEAST_TOLERANCE, chance));
  }

  /** Standard error of tokens a second, relative, twice. */
  private static double spread(List<Sample> all) {
    double mean = all.stream().mapToDouble(Sample::tokensPerSecond).average().orElse(0);
    double square =
        all.stream().mapToDouble(s -> Math.pow(s.tokensPerSecond() - mean, 2)).average().orElse(0);
    return mean == 0 ? 0 : 2 * Math.sqrt(square / all.size()) / mean;
  }
}
