package io.caudal.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What Kafka, Flink and state add to the engine alone, under the same load. The engine is measured
 * before and after the stream, because a shared machine drifts: what these two differ by can't be
 * told from overhead.
 *
 * @param engineTokensPerSecond of each run of the engine alone
 * @param tokensRatio the stream's tokens/s over the mean of the engine's
 * @param addedP50 what medians of the stream's latencies have more than those of the engine's runs
 *     have on average, by name, in milliseconds
 * @param addedMean the same of the means of TTFT and its stages; the stages add up to TTFT
 */
record Comparison(
    List<Double> engineTokensPerSecond,
    double tokensRatio,
    Map<String, Double> addedP50,
    Map<String, Double> addedMean) {
  private static final double LEAST_RATIO = 0.95;
  private static final double MOST_TTFT_ADDED_MS = 20;

  /**
   * @param engineAlone {@link StreamFigures#json} of the engine's runs, at least one
   */
  static Comparison of(StreamFigures stream, List<ObjectNode> engineAlone) {
    List<Double> tokens =
        engineAlone.stream().map(run -> run.path("output_tokens_per_second").asDouble()).toList();
    double mean = tokens.stream().mapToDouble(t -> t).average().orElse(Double.NaN);
    Map<String, Percentiles> latencies = stream.latencies();
    Map<String, Double> addedP50 = new LinkedHashMap<>();
    Map<String, Double> addedMean = new LinkedHashMap<>();
    List<JsonNode> alone = engineAlone.stream().map(run -> run.path("latencies_ms")).toList();
    List<JsonNode> aloneStages = engineAlone.stream().map(run -> run.path("stages_ms")).toList();
    for (String name : latencies.keySet()) {
      add(addedP50, name, latencies, alone, "p50", Percentiles::p50);
    }
    add(addedMean, "ttft", latencies, alone, "mean", Percentiles::mean);
    for (String name : stream.stages().keySet()) {
      add(addedMean, name, stream.stages(), aloneStages, "mean", Percentiles::mean);
    }
    return new Comparison(tokens, stream.outputTokensPerSecond() / mean, addedP50, addedMean);
  }

  private static void add(
      Map<String, Double> added,
      String name,
      Map<String, Percentiles> stream,
      List<JsonNode> alone,
      String figure,
      ToDoubleFunction<Percentiles> ofStream) {
    double engine =
        alone.stream()
            .map(part -> part.path(name).path(figure))
            .filter(JsonNode::isNumber)
            .mapToDouble(JsonNode::asDouble)
            .average()
            .orElse(Double.NaN);
    Percentiles own = stream.get(name);
    if (own != null && own.count() > 0 && !Double.isNaN(engine)) {
      added.put(name, ofStream.applyAsDouble(own) - engine);
    }
  }

  ObjectNode json() {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode object = mapper.createObjectNode();
    object.set("output_tokens_per_second", mapper.valueToTree(engineTokensPerSecond));
    object.put("tokens_ratio", Math.round(tokensRatio * 1e4) / 1e4);
    ObjectNode p50 = object.putObject("added_ms_p50");
    addedP50.forEach((name, ms) -> p50.put(name, Percentiles.hundredths(ms)));
    ObjectNode mean = object.putObject("added_ms_mean");
    addedMean.forEach((name, ms) -> mean.put(name, Percentiles.hundredths(ms)));
    return object;
  }

  String markdown() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            """
            | against the engine alone | |
            | --- | --- |
            | engine's output tokens/s, before and after | %s |
            | stream's over the engine's | %.3f (at saturation, wanted: %.2f or more) |
            """,
            engineTokensPerSecond.stream().map(Object::toString).collect(Collectors.joining(", ")),
            tokensRatio,
            LEAST_RATIO));
    addedP50.forEach(
        (name, ms) -> {
          String wanted =
              name.equals("ttft")
                  ? String.format(
                      Locale.ROOT, " (at low load, wanted: %.0f or less)", MOST_TTFT_ADDED_MS)
                  : "";
          row(text, "p50 of " + StreamReport.title(name) + ", added", ms, wanted);
        });
    addedMean.forEach(
        (name, ms) -> row(text, "mean of " + StreamReport.title(name) + ", added", ms, ""));
    return text.toString();
  }

  private static void row(StringBuilder text, String what, double ms, String wanted) {
    text.append(String.format(Locale.ROOT, "| %s | %.1f ms%s |\n", what, ms, wanted));
  }
}
