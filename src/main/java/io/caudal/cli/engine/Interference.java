package io.caudal.cli.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What a prompt that arrives while sessions decode does to the time between their tokens, counted
 * after all of them have begun to.
 *
 * @param ttftMs the arriving prompt's time to first token
 * @param p50Without gaps of an undisturbed round; {@code p99Without} likewise
 * @param p50With gaps of a round in which the prompt arrives; {@code p99With} likewise
 * @param p50During of these, gaps between the prompt's arrival and its first token, or part of them
 *     there; {@code p99During} likewise
 */
record Interference(
    int promptTokens,
    double ttftMs,
    double p50Without,
    double p99Without,
    double p50With,
    double p99With,
    double p50During,
    double p99During) {

  static Interference of(RoundTimes undisturbed, RoundTimes disturbed, PendingAnswer arrived) {
    long from = arrived.submittedNanos();
    long to = arrived.tokenNanos()[0];
    double[] without = undisturbed.decodeGaps();
    double[] with = disturbed.decodeGaps();
    double[] during = disturbed.gaps(begin -> begin < to, end -> end > from);
    return new Interference(
        arrived.promptTokens(),
        (to - from) / 1e6,
        EngineFigures.percentile(without, 0.5),
        EngineFigures.percentile(without, 0.99),
        EngineFigures.percentile(with, 0.5),
        EngineFigures.percentile(with, 0.99),
        EngineFigures.percentile(during, 0.5),
        EngineFigures.percentile(during, 0.99));
  }

  static Interference median(List<Interference> rounds) {
    return new Interference(
        rounds.get(0).promptTokens,
        median(rounds, Interference::ttftMs),
        median(rounds, Interference::p50Without),
        median(rounds, Interference::p99Without),
        median(rounds, Interference::p50With),
        median(rounds, Interference::p99With),
        median(rounds, Interference::p50During),
        median(rounds, Interference::p99During));
  }

  /** How much longer the slowest gaps are with the prompt. */
  double ratio() {
    return p99With / p99Without;
  }

  double ratioDuring() {
    return p99During / p99Without;
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("prompt_tokens", promptTokens);
    json.put("ttft_ms", ttftMs);
    json.put("itl_ms_p50_without", p50Without);
    json.put("itl_ms_p99_without", p99Without);
    json.put("itl_ms_p50_with", p50With);
    json.put("itl_ms_p99_with", p99With);
    json.put("itl_ms_p50_during", p50During);
    json.put("itl_ms_p99_during", p99During);
    json.put("itl_p99_ratio", ratio());
    json.put("itl_p99_ratio_during", ratioDuring());
    return json;
  }

  @Override
  public String toString() {
    return String.format(
        "ITL p50/p99 ms without %.2f/%.2f, with a prompt of %d tokens %.2f/%.2f (%.2f times),"
            + " during its prefill %.2f/%.2f (%.2f times); its TTFT %.1f ms",
        p50Without,
        p99Without,
        promptTokens,
        p50With,
        p99With,
        ratio(),
        p50During,
        p99During,
        ratioDuring(),
        ttftMs);
  }

  private static double median(List<Interference> rounds, ToDoubleFunction<Interference> figure) {
    return EngineFigures.percentile(rounds.stream().mapToDouble(figure).sorted().toArray(), 0.5);
  }
}
