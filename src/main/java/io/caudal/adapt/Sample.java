package io.caudal.adapt;

import java.util.List;

/**
 * What a verdict needs to know of one window or several.
 *
 * @param requests that came
 * @param ended of requests, answered or not
 * @param tokens of answers
 * @param ttft 95th percentile in targets, 0 without one
 * @param itl likewise
 * @param inFlight requests at hand and set aside, on average
 */
public record Sample(
    double millis,
    double requests,
    double ended,
    double failed,
    double tokens,
    double ttft,
    double itl,
    double inFlight) {

  /** A rate, in-flight count or length may differ by this factor from one window to the next. */
  private static final double SAME = 1.25;

  private static final double SAME_LENGTH = 1.5;
  private static final int ENOUGH = 20;

  static Sample of(Window w) {
    return new Sample(
        w.millis(),
        w.get("requests"),
        w.get("ended"),
        w.get("failed"),
        w.get("output_tokens"),
        w.ttft(),
        w.itl(),
        w.get("in_flight"));
  }

  /** Several as one; latencies weighted by requests. */
  static Sample mean(List<Sample> all) {
    double millis = all.stream().mapToDouble(Sample::millis).sum();
    double ended = all.stream().mapToDouble(Sample::ended).sum();
    return new Sample(
        millis,
        all.stream().mapToDouble(Sample::requests).sum(),
        ended,
        all.stream().mapToDouble(Sample::failed).sum(),
        all.stream().mapToDouble(Sample::tokens).sum(),
        all.stream().mapToDouble(s -> s.ttft * s.ended).sum() / Math.max(1, ended),
        all.stream().mapToDouble(s -> s.itl * s.ended).sum() / Math.max(1, ended),
        all.stream().mapToDouble(s -> s.inFlight * s.millis).sum() / Math.max(1, millis));
  }

  /** Two windows at least, and enough requests in them. */
  static boolean isEnough(List<Sample> all) {
    return all.size() >= 2 && all.stream().mapToDouble(Sample::ended).sum() >= ENOUGH;
  }

  /** As {@link #isEnough}, twice: harm is believed when it is seen for longer than luck lasts. */
  static boolean isSure(List<Sample> all) {
    return all.size() >= 4 && all.stream().mapToDouble(Sample::ended).sum() >= 2 * ENOUGH;
  }

  double tokensPerSecond() {
    return 1e3 * tokens / Math.max(1, millis);
  }

  double failedShare() {
    return failed / Math.max(1, ended);
  }

  /** How far the worse of both latencies is of its target. */
  double overTarget() {
    return Math.max(ttft, itl);
  }

  /**
   * Whether the load may be the same. Whoever waits for answers before asking again asks faster of
   * a faster job, with as many requests in flight; who doesn't leaves more of them in flight of a
   * slower one, at the same rate. So a load has changed where both have, or what is asked for has.
   */
  boolean isLike(Sample other) {
    boolean lengths =
        ended >= ENOUGH
            && other.ended >= ENOUGH
            && !near(tokens / ended, other.tokens / other.ended, SAME_LENGTH);
    double rate = requests / Math.max(1, millis);
    double otherRate = other.requests / Math.max(1, other.millis);
    double noise =
        3 * Math.sqrt(rate / Math.max(1, millis) + otherRate / Math.max(1, other.millis));
    boolean rates = !near(rate, otherRate, SAME) && Math.abs(rate - otherRate) > noise;
    boolean inFlights = !near(Math.max(0.5, inFlight), Math.max(0.5, other.inFlight), SAME);
    return !lengths && !(rates && inFlights);
  }

  private static boolean near(double a, double b, double factor) {
    return Math.max(a, b) <= factor * Math.min(a, b);
  }
}
