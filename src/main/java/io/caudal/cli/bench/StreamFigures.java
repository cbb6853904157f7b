package io.caudal.cli.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.protocol.Failure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/** What a run measured. */
final class StreamFigures {
  private final Load load;
  private final String target;
  private final LoadRun.Outcome run;
  private final Slo slo;
  private final List<Measured> measured;

  /**
   * @param target {@code stream} or {@code engine}
   */
  StreamFigures(Load load, String target, LoadRun.Outcome run, Slo slo) {
    this.load = load;
    this.target = target;
    this.run = run;
    this.slo = slo;
    this.measured =
        run.exchanges().stream().filter(Exchange::isAnswered).map(Measured::new).toList();
  }

  Load load() {
    return load;
  }

  Slo slo() {
    return slo;
  }

  List<Measured> measured() {
    return measured;
  }

  int planned() {
    return run.planned();
  }

  int sent() {
    return run.exchanges().size();
  }

  int answered() {
    return measured.size();
  }

  int failed() {
    return (int) run.exchanges().stream().filter(e -> e.result() != null).count() - answered();
  }

  /** Results beyond one a request. */
  int doubled() {
    return run.exchanges().stream().mapToInt(Exchange::doubled).sum();
  }

  /** Whether every request was answered, once. */
  boolean isComplete() {
    return answered() == planned() && doubled() == 0;
  }

  /** The first failure; empty text for none. */
  String firstFailure() {
    return run.exchanges().stream()
        .map(Exchange::result)
        .filter(Objects::nonNull)
        .map(result -> result.failure())
        .filter(Objects::nonNull)
        .map(Failure::toString)
        .findFirst()
        .orElse("");
  }

  /** Start until the last text or result's stream end was read. */
  double seconds() {
    long end =
        run.exchanges().stream().mapToLong(Exchange::endedNanos).max().orElse(run.startNanos());
    return Math.max(1e-9, (Math.max(end, run.startNanos()) - run.startNanos()) / 1e9);
  }

  /** When a request was intended to start, in seconds of the run. */
  double intendedSeconds(Measured one) {
    return one.turn().atNanos() / 1e9;
  }

  long inputTokens() {
    return measured.stream().mapToLong(m -> m.result().usage().promptTokens()).sum();
  }

  long cachedTokens() {
    return measured.stream().mapToLong(m -> m.result().usage().cachedTokens()).sum();
  }

  long outputTokens() {
    return measured.stream().mapToLong(m -> m.result().usage().completionTokens()).sum();
  }

  double outputTokensPerSecond() {
    return outputTokens() / seconds();
  }

  double cachedShare() {
    return inputTokens() == 0 ? 0 : (double) cachedTokens() / inputTokens();
  }

  long good() {
    return measured.stream().filter(m -> slo.isMet(m.ttft(), m.tpot())).count();
  }

  /** Latencies as a user sees them, by name. */
  Map<String, Percentiles> latencies() {
    Map<String, Percentiles> all = new LinkedHashMap<>();
    all.put("ttft", of(Measured::ttft));
    all.put("itl", Percentiles.of(measured.stream().flatMapToDouble(Measured::itl)));
    all.put("tpot", of(Measured::tpot));
    all.put("e2e", of(Measured::endToEnd));
    all.put("result", of(Measured::untilResult));
    all.put("ttft_from_sending", of(Measured::ttftFromSending));
    return all;
  }

  /** What TTFT is made of, in order; the means add up to TTFT's but for rounding of clocks. */
  Map<String, Percentiles> stages() {
    Map<String, Percentiles> all = new LinkedHashMap<>();
    all.put("sent_late", of(Measured::sentLate));
    all.put("queue", of(m -> m.timings().queueMs()));
    all.put("restore", of(m -> m.timings().restoreMs()));
    all.put("prefill", of(m -> m.timings().prefillMs()));
    all.put("way_back", of(Measured::wayBack));
    all.put("decode", of(m -> m.timings().decodeMs()));
    return all;
  }

  ObjectNode json() {
    ObjectNode object = new ObjectMapper().createObjectNode().put("target", target);
    Shape shape = load.shape();
    object
        .putObject("load")
        .put("preset", load.name())
        .put("users", shape.users())
        .put("sessions", shape.sessions())
        .put("rounds", shape.rounds().toString())
        .put("system_tokens", shape.systemTokens())
        .put("history_tokens", shape.historyTokens().toString())
        .put("question_tokens", shape.questionTokens().toString())
        .put("answer_tokens", shape.answerTokens().toString())
        .put("rate", shape.rate())
        .put("arrivals", load.arrivals().name().toLowerCase(Locale.ROOT))
        .put("duration_s", load.durationSeconds())
        .put("seed", load.seed());
    object
        .putObject("requests")
        .put("planned", planned())
        .put("sent", sent())
        .put("answered", answered())
        .put("failed", failed())
        .put("unanswered", sent() - answered() - failed())
        .put("doubled", doubled());
    object
        .put("seconds", Percentiles.hundredths(seconds()))
        .put("input_tokens", inputTokens())
        .put("cached_tokens", cachedTokens())
        .put("output_tokens", outputTokens())
        .put("input_tokens_per_second", Percentiles.hundredths(inputTokens() / seconds()))
        .put("output_tokens_per_second", Percentiles.hundredths(outputTokensPerSecond()))
        .put("cached_share", Math.round(cachedShare() * 1e4) / 1e4);
    object
        .putObject("goodput")
        .put("slo_ttft_ms", slo.ttftMs())
        .put("slo_itl_ms", slo.itlMs())
        .put("good", good())
        .put("share", Math.round(1e4 * good() / Math.max(1, planned())) / 1e4)
        .put("requests_per_second", Percentiles.hundredths(good() / seconds()));
    ObjectNode latencies = object.putObject("latencies_ms");
    latencies().forEach((name, values) -> values.writeTo(latencies, name));
    ObjectNode stages = object.putObject("stages_ms");
    stages().forEach((name, values) -> values.writeTo(stages, name));
    return object;
  }

  private Percentiles of(ToDoubleFunction<Measured> figure) {
    return Percentiles.of(measured.stream().mapToDouble(figure).filter(ms -> !Double.isNaN(ms)));
  }
}
