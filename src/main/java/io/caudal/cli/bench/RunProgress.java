package io.caudal.cli.bench;

import java.util.List;
import java.util.Locale;

/**
 * How far a run is.
 *
 * @param pieces of text read so far
 */
record RunProgress(
    double seconds,
    int planned,
    int sent,
    int answered,
    int failed,
    int pieces,
    Percentiles ttftMs) {

  static RunProgress of(int planned, List<Exchange> sent, long startNanos, long nowNanos) {
    int answered = (int) sent.stream().filter(Exchange::isAnswered).count();
    int failed = (int) sent.stream().filter(e -> e.result() != null).count() - answered;
    return new RunProgress(
        (nowNanos - startNanos) / 1e9,
        planned,
        sent.size(),
        answered,
        failed,
        sent.stream().mapToInt(Exchange::pieces).sum(),
        Percentiles.of(
            sent.stream()
                .filter(exchange -> exchange.pieces() > 0)
                .mapToDouble(e -> (e.firstNanos() - e.intendedNanos()) / 1e6)));
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%3.0f s: sent %d of %d, answered %d, failed %d, %.1f pieces/s%s",
        seconds,
        sent,
        planned,
        answered,
        failed,
        pieces / Math.max(1e-9, seconds),
        ttftMs.count() == 0
            ? ""
            : String.format(
                Locale.ROOT, ", TTFT p50 %.0f p99 %.0f ms", ttftMs.p50(), ttftMs.p99()));
  }
}
