package io.caudal.cli.bench;

import io.caudal.protocol.Result;
import io.caudal.protocol.Timings;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** The figures of one answered request, in milliseconds. */
final class Measured {
  private static final double NANOS_PER_MILLI = 1e6;

  private final Exchange exchange;
  private final Result result;

  /**
   * @param exchange an answered one
   */
  Measured(Exchange exchange) {
    this.exchange = exchange;
    this.result = Objects.requireNonNull(exchange.result());
  }

  Turn turn() {
    return exchange.turn();
  }

  Result result() {
    return result;
  }

  /** Intended start until the first text. */
  double ttft() {
    return millis(exchange.intendedNanos(), exchange.firstNanos());
  }

  /** Sending until the first text: what a client sees that doesn't count its own waiting. */
  double ttftFromSending() {
    return millis(exchange.sentNanos(), exchange.firstNanos());
  }

  /** Intended start until sending: the session's previous answer was late. */
  double sentLate() {
    return millis(exchange.intendedNanos(), exchange.sentNanos());
  }

  /** Between two pieces of text. */
  DoubleStream itl() {
    long[] at = exchange.pieceNanos();
    return IntStream.range(1, at.length).mapToDouble(i -> millis(at[i - 1], at[i]));
  }

  /** (last − first) / (tokens − 1); NaN for one token. */
  double tpot() {
    int tokens = result.usage().completionTokens();
    return tokens < 2
        ? Double.NaN
        : millis(exchange.firstNanos(), exchange.lastNanos()) / (tokens - 1);
  }

  /** Intended start until the stream's end. */
  double endToEnd() {
    return millis(exchange.intendedNanos(), exchange.endedNanos());
  }

  /** Intended start until the committed result. */
  double untilResult() {
    return millis(exchange.intendedNanos(), exchange.resultNanos());
  }

  Timings timings() {
    return result.timings();
  }

  /** Of TTFT from sending, what the result's own TTFT does not have: the way back to the client. */
  double wayBack() {
    return ttftFromSending() - timings().ttftMs();
  }

  private static double millis(long from, long to) {
    return (to - from) / NANOS_PER_MILLI;
  }
}
