package io.caudal.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What Kafka, Flink and state add to the engine alone, under the same load. The engine is measured
 * before and after the stream, because a shared machine drifts: what both runs differ by can't be
 * told apart from overhead.
 *
 * @param engineTokensPerSecond of each run of the engine alone
 * @param tokensRatio the stream's tokens/s over the mean of the engine's
 * @param addedMs what the stream's medians have more than the mean of the engine's, by name; TTFT
 *     first, then its stages
 */
record Comparison(
    List<Double> engineTokensPerSecond, double tokensRatio, Map<String, Double> addedMs) {
  private static final double MOST_TOKENS_LOST = 0.05;
  private static final double MOST_TTFT_ADDED_MS = 20;

  /**
   * @param engineAlone {@link StreamFigures#json} of the engine's runs, at least one
   */
  static Comparison of(StreamFigures stream, List<ObjectNode> engineAlone) {
    List<Double> tokens =
        engineAlone.stream().map(run -> run.path("output_tokens_per_second").asDouble()).toList();
    double mean = tokens.stream().mapToDouble(t -> t).average().orElse(Double.NaN);
    Map<String, Double> added = new LinkedHashMap<>();
    stream.latencies().forEach((name, own) -> add(added, name, own, engineAlone, "latencies_ms"));
    stream.stages().forEach((name, own) -> add(added, name, own, engineAlone, "stages_ms"));
    return new Comparison(tokens, stream.outputTokensPerSecond() / mean, added);
  }

  private static void add(
      Map<String, Double> added,
      String name,
      Percentiles own,
      List<ObjectNode> engineAlone,
      String part) {
    double alone =
        engineAlone.stream()
            .map(run -> run.path(part).path(name).path("p50"))
            .filter(JsonNode::isNumber)
            .mapToDouble(JsonNode::asDouble)
            .average()
            .orElse(Double.NaN);
    if (own.count() > 0 && !Double.isNaN(alone)) {
      added.put(name, own.p50() - alone);
    }
  }

  ObjectNode json() {
    ObjectNode object = new ObjectMapper().createObjectNode();
    object.set("output_tokens_per_second", new ObjectMapper().valueToTree(engineTokensPerSecond));
    object.put("tokens_ratio", Math.round(tokensRatio * 1e4) / 1e4);
    ObjectNode added = object.putObject("added_ms_p50");
    addedMs.forEach((name, ms) -> added.put(name, Percentiles.hundredths(ms)));
    return object;
  }

  String markdown() {
    double ttft = addedMs.getOrDefault("ttft", Double.NaN);
    StringBuilder text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                """
                | against the engine alone | |
                | --- | --- |
                | engine's output tokens/s, before and after | %s |
                | stream's tokens/s over the engine's | %.3f (at saturation, wanted: %.2f or more) |
                | TTFT p50 added | %.1f ms (at low load, wanted: %.0f ms or less) |
                """,
                engineTokensPerSecond,
                tokensRatio,
                1 - MOST_TOKENS_LOST,
                ttft,
                MOST_TTFT_ADDED_MS));
    addedMs.forEach(
        (name, ms) -> {
          if (!name.equals("ttft")) {
            text.append(
                String.format(
                    Locale.ROOT, "| %s, p50 added | %.1f ms |\n", StreamReport.title(name), ms));
          }
        });
    return text.toString();
  }
}
