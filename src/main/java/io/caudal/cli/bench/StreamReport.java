package io.caudal.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A run's figures for people, for programs and as a picture. */
public final class StreamReport {
  private static final Map<String, String> TITLES =
      Map.ofEntries(
          Map.entry("ttft", "TTFT"),
          Map.entry("itl", "ITL (between pieces)"),
          Map.entry("tpot", "TPOT"),
          Map.entry("e2e", "end to end, stream"),
          Map.entry("result", "end to end, committed result"),
          Map.entry("ttft_from_sending", "TTFT from sending, not corrected"),
          Map.entry("sent_late", "sent late"),
          Map.entry("queue", "queue"),
          Map.entry("restore", "restore"),
          Map.entry("prefill", "prefill"),
          Map.entry("way_back", "way back to the client"),
          Map.entry("decode", "decode, first token until last"));

  private final StreamFigures figures;
  private final @Nullable Comparison comparison;

  StreamReport(StreamFigures figures, @Nullable Comparison comparison) {
    this.figures = figures;
    this.comparison = comparison;
  }

  /** The same with what the engine alone did with the same load, before and after. */
  public StreamReport against(List<ObjectNode> engineAlone) {
    return new StreamReport(figures, Comparison.of(figures, engineAlone));
  }

  /** Whether every request was answered, once. */
  public boolean isComplete() {
    return figures.isComplete();
  }

  /** What went wrong first; empty if nothing did. */
  public String firstFailure() {
    return figures.firstFailure();
  }

  /** One JSON object; field names don't change. */
  public ObjectNode json() {
    ObjectNode object = figures.json();
    if (comparison != null) {
      object.set("engine_alone", comparison.json());
    }
    return object;
  }

  /** Tables in Markdown. */
  public String markdown() {
    StringBuilder text = new StringBuilder(summary());
    text.append("\n| ms | mean | p50 | p90 | p99 | max |\n| --- | --- | --- | --- | --- | --- |\n");
    figures.latencies().forEach((name, values) -> text.append(values.row(title(name))));
    text.append("\n| where TTFT goes, ms | mean | p50 | p90 | p99 | max |\n");
    text.append("| --- | --- | --- | --- | --- | --- |\n");
    figures.stages().forEach((name, values) -> text.append(values.row(title(name))));
    if (comparison != null) {
      text.append('\n').append(comparison.markdown());
    }
    return text.toString();
  }

  /** Writes {@code stream.md}, {@code stream.json} and {@code stream.svg}; returns the latter. */
  public Path write(Path folder) {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("stream.md"), markdown());
      Files.writeString(folder.resolve("stream.json"), json().toPrettyString() + "\n");
      return Files.writeString(folder.resolve("stream.svg"), StreamChart.of(figures));
    } catch (IOException e) {
      throw new CaudalException(
          ErrorCode.STORAGE_UNAVAILABLE,
          "cannot write to " + folder + " (" + e + "); see --out",
          e);
    }
  }

  private String summary() {
    Shape shape = figures.load().shape();
    return String.format(
        Locale.ROOT,
        """
        | %s | |
        | --- | --- |
        | users, sessions, rounds | %d, %d, %s |
        | tokens: system, history, question, answer | %d, %s, %s, %s |
        | intended requests/s | %s |
        | planned, sent, answered, failed, doubled | %d, %d, %d, %d, %d |
        | seconds | %.1f |
        | requests/s answered | %.2f |
        | input tokens/s | %.1f |
        | output tokens/s | %.1f |
        | cached share of input tokens | %.1f %% |
        | goodput (TTFT ≤ %.0f ms, mean ITL ≤ %.0f ms) | %d of %d, %.2f requests/s |
        """,
        figures.load().name(),
        shape.users(),
        shape.sessions(),
        shape.rounds(),
        shape.systemTokens(),
        shape.historyTokens(),
        shape.questionTokens(),
        shape.answerTokens(),
        shape.rate() == 0
            ? "as fast as answers come"
            : shape.rate() + ", " + figures.load().arrivals().name().toLowerCase(Locale.ROOT),
        figures.planned(),
        figures.sent(),
        figures.answered(),
        figures.failed(),
        figures.doubled(),
        figures.seconds(),
        figures.answered() / figures.seconds(),
        figures.inputTokens() / figures.seconds(),
        figures.outputTokensPerSecond(),
        100 * figures.cachedShare(),
        figures.slo().ttftMs(),
        figures.slo().itlMs(),
        figures.good(),
        figures.planned(),
        figures.good() / figures.seconds());
  }

  static String title(String name) {
    return TITLES.getOrDefault(name, name);
  }
}
