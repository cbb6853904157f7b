package io.caudal.cli.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What one round of the engine benchmark measured.
 *
 * @param decodeTokensPerSecond over all sessions, while all of them decode
 * @param prefillTokensPerSecond over all sessions, until the last one's first token
 * @param ttftMsP50 submission until the first token
 * @param itlMsP50 between two tokens of a session; {@code itlMsP99} likewise
 * @param interference what a prompt that arrives in between does to them; null if none was sent
 */
record EngineFigures(
    int sessions,
    double decodeTokensPerSecond,
    double prefillTokensPerSecond,
    double ttftMsP50,
    double itlMsP50,
    double itlMsP99,
    @Nullable Interference interference) {

  EngineFigures with(Interference measured) {
    return new EngineFigures(
        sessions,
        decodeTokensPerSecond,
        prefillTokensPerSecond,
        ttftMsP50,
        itlMsP50,
        itlMsP99,
        measured);
  }

  /** Each figure's median over the rounds. */
  static EngineFigures median(List<EngineFigures> rounds) {
    return new EngineFigures(
        rounds.get(0).sessions,
        median(rounds, EngineFigures::decodeTokensPerSecond),
        median(rounds, EngineFigures::prefillTokensPerSecond),
        median(rounds, EngineFigures::ttftMsP50),
        median(rounds, EngineFigures::itlMsP50),
        median(rounds, EngineFigures::itlMsP99),
        rounds.get(0).interference == null
            ? null
            : Interference.median(
                rounds.stream()
                    .map(EngineFigures::interference)
                    .filter(Objects::nonNull)
                    .toList()));
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("sessions", sessions);
    json.put("decode_tokens_per_second", decodeTokensPerSecond);
    json.put("prefill_tokens_per_second", prefillTokensPerSecond);
    json.put("ttft_ms_p50", ttftMsP50);
    json.put("itl_ms_p50", itlMsP50);
    json.put("itl_ms_p99", itlMsP99);
    if (interference != null) {
      json.put("interference", interference.json());
    }
    return json;
  }

  String row() {
    return String.format(
        "| %d | %.1f | %.1f | %.1f | %.2f | %.2f |",
        sessions, decodeTokensPerSecond, prefillTokensPerSecond, ttftMsP50, itlMsP50, itlMsP99);
  }

  @Override
  public String toString() {
    String own =
        String.format(
            "decode %.1f tok/s, prefill %.1f tok/s, TTFT %.1f ms, ITL %.2f ms (p99 %.2f)",
            decodeTokensPerSecond, prefillTokensPerSecond, ttftMsP50, itlMsP50, itlMsP99);
    return interference == null ? own : own + "; " + interference;
  }

  private static double median(List<EngineFigures> rounds, ToDoubleFunction<EngineFigures> figure) {
    return percentile(rounds.stream().mapToDouble(figure).sorted().toArray(), 0.5);
  }

  /** Nearest rank; NaN for none. */
  static double percentile(double[] sorted, double share) {
    return sorted.length == 0
        ? Double.NaN
        : sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
  }
}
