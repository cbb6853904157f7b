package io.caudal.analytics.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.adapt.Move;
import io.caudal.analytics.report.Report.IdleHits;
import java.util.Locale;

/** A report as one JSON object, version 1. Names are stable; fields are added, never renamed. */
public final class ReportJson {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST = 20;

  private ReportJson() {}

  public static ObjectNode of(Report report, long nowMillis) {
    ObjectNode root = JSON.createObjectNode();
    root.put("v", 1).put("type", "report").put("at_ms", nowMillis);
    root.put("window_ms", report.stats().spanMillis());
    ArrayNode stages = root.putArray("stages");
    for (Stage stage : report.stages()) {
      ObjectNode one = stages.addObject().put("stage", stage.name());
      one.put("ms", stage.millis()).put("share", stage.share()).put("count", stage.count());
      if (!Double.isNaN(stage.p95())) {
        one.put("p95_ms", stage.p95());
      }
    }
    ArrayNode findings = root.putArray("findings");
    for (Finding finding : report.findings()) {
      ObjectNode one = findings.addObject().put("rule", finding.rule());
      one.put("title", finding.title()).put("evidence", finding.evidence());
      Advice advice = finding.advice();
      one.put("key", advice.key()).put("value", advice.value()).put("live", advice.live());
      one.put("do", advice.command()).put("effect", advice.effect()).put("undo", advice.undo());
    }
    ArrayNode moves =
        root.putObject("adaptive")
            .put("mode", report.adaptive().name().toLowerCase(Locale.ROOT))
            .putArray("moves");
    for (Move move : report.moves()) {
      ObjectNode one = moves.addObject().put("rule", move.rule()).put("key", move.key());
      one.put("from", move.from()).put("to", move.to()).put("reason", move.reason());
    }
    ArrayNode anomalies = root.putArray("anomalies");
    for (Anomaly anomaly : report.anomalies()) {
      anomalies.addObject().put("figure", anomaly.figure()).put("finding", anomaly.finding());
    }
    ArrayNode hits = root.putArray("hits_by_idle");
    for (IdleHits one : report.hitsByIdle()) {
      hits.addObject()
          .put("idle", one.idle().text())
          .put("prompt_tokens", one.promptTokens())
          .put("cached_tokens", one.cachedTokens());
    }
    ObjectNode tops = root.putObject("tops");
    report
        .tops(MOST)
        .forEach(
            (name, keys) -> {
              ArrayNode list = tops.putArray(name);
              keys.forEach(
                  key ->
                      list.addObject()
                          .put("key", key.key())
                          .put("amount", key.amount())
                          .put("error", key.error()));
            });
    ObjectNode figures = root.putObject("figures");
    report.figures().all().forEach(figures::put);
    return root;
  }
}
