package io.caudal.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.protocol.TokenChunk;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class StreamFiguresTest {
  private static final long MS = 1_000_000;
  private static final Load LOAD =
      new Load("a<b & c", Preset.CHAT.shape(), Arrivals.POISSON, 0, 1, 0);

  @Test
  void latencies_count_from_the_intended_start() {
    // Meant for 100 ms, but its session's answer was late: it left at 180 ms.
    Measured one = new Measured(exchange(100, 180, 200, 230));
    assertThat(one.ttft()).isEqualTo(100);
    assertThat(one.ttftFromSending()).isEqualTo(20);
    assertThat(one.sentLate()).isEqualTo(80);
    assertThat(one.tpot()).isEqualTo(30);
    assertThat(one.itl().toArray()).containsExactly(30);
    assertThat(one.endToEnd()).isEqualTo(131);
    assertThat(one.untilResult()).isEqualTo(132);
    // The result's own TTFT is 6 ms of these 20.
    assertThat(one.wayBack()).isEqualTo(14);
  }

  @Test
  void pieces_that_come_twice_or_of_an_earlier_attempt_count_once() {
    Exchange exchange = new Exchange(turn(0), 0, 0);
    exchange.accept(piece(1, 0, "a"), 1 * MS);
    exchange.accept(piece(1, 0, "a"), 2 * MS);
    exchange.accept(piece(2, 0, "ab"), 3 * MS);
    exchange.accept(piece(1, 1, "b"), 4 * MS);
    exchange.accept(piece(2, 1, "c"), 5 * MS);
    assertThat(exchange.pieceNanos()).containsExactly(1 * MS, 3 * MS, 5 * MS);
  }

  @Test
  void goodput_counts_answers_within_the_objective() {
    Exchange good = exchange(0, 0, 90, 130);
    Exchange lateFirst = exchange(0, 80, 101, 110);
    Exchange slow = exchange(0, 0, 10, 61);
    StreamFigures figures = figures(List.of(good, lateFirst, slow), new Slo(100, 50));
    assertThat(figures.good()).isEqualTo(1);
    assertThat(figures.json().at("/goodput/share").asDouble()).isEqualTo(0.3333);
  }

  @Test
  void the_engines_runs_are_averaged_and_medians_subtracted() {
    StreamFigures stream = figures(List.of(exchange(0, 0, 50, 60)), new Slo(1, 1));
    ObjectNode before = figures(List.of(exchange(0, 0, 20, 30)), new Slo(1, 1)).json();
    ObjectNode after = figures(List.of(exchange(0, 0, 40, 50)), new Slo(1, 1)).json();
    Comparison comparison = Comparison.of(stream, List.of(before, after));

    double engine =
        (before.get("output_tokens_per_second").asDouble()
                + after.get("output_tokens_per_second").asDouble())
            / 2;
    assertThat(comparison.tokensRatio()).isEqualTo(stream.outputTokensPerSecond() / engine);
    assertThat(comparison.addedP50()).containsEntry("ttft", 20.0);
    assertThat(comparison.addedMean()).containsEntry("ttft", 20.0).containsEntry("queue", 0.0);
    assertThat(new StreamReport(stream, null).against(List.of(before, after)).markdown())
        .contains("| p50 of TTFT, added | 20.0 ms (at low load");
  }

  @Test
  void the_page_names_every_field() throws IOException {
    StreamFigures figures = figures(List.of(exchange(0, 0, 50, 60)), new Slo(1, 1));
    ObjectNode json = new StreamReport(figures, null).against(List.of(figures.json())).json();
    Set<String> names = new TreeSet<>();
    collect(json, names);
    String page = Files.readString(Path.of("src/docs/bench.md"));
    assertThat(names)
        .contains("sent_late", "added_ms_mean", "p99")
        .allMatch(name -> page.contains("`" + name + "`") || page.contains("." + name + "`"));
  }

  private static void collect(JsonNode node, Set<String> names) {
    node.properties()
        .forEach(
            field -> {
              names.add(field.getKey());
              collect(field.getValue(), names);
            });
  }

  @Test
  void the_chart_is_well_formed_with_and_without_answers() throws Exception {
    for (List<Exchange> exchanges :
        List.of(List.<Exchange>of(), List.of(exchange(0, 0, 5, 9), exchange(3, 3, 50, 9000)))) {
      String svg = StreamChart.of(figures(exchanges, new Slo(1, 1)));
      assertThat(
              DocumentBuilderFactory.newInstance()
                  .newDocumentBuilder()
                  .parse(new InputSource(new StringReader(svg)))
                  .getDocumentElement()
                  .getElementsByTagName("circle")
                  .getLength())
          .isEqualTo(exchanges.size());
      assertThat(svg).doesNotContain("NaN").contains("a&lt;b &amp; c");
    }
  }

  private static StreamFigures figures(List<Exchange> exchanges, Slo slo) {
    return new StreamFigures(
        LOAD, "stream", new LoadRun.Outcome(exchanges.size(), 0, exchanges), slo);
  }

  /** Two pieces, the stream's end a millisecond after the last, the result another later. */
  private static Exchange exchange(int intended, int sent, int first, int last) {
    Exchange exchange = new Exchange(turn(intended), intended * MS, sent * MS);
    exchange.accept(piece(1, 0, "a"), first * MS);
    exchange.accept(piece(1, 1, "a"), last * MS);
    exchange.accept(new TokenChunk("r", "s", 1, 2, "", true), (last + 1) * MS);
    exchange.accept(Scripted.result("r", "s"), (last + 2) * MS);
    return exchange;
  }

  private static Turn turn(int at) {
    return new Turn(0, 0, true, at * MS, 1, 1, 1, 2);
  }

  private static TokenChunk piece(long attempt, int index, String text) {
    return new TokenChunk("r", "s", attempt, index, text, false);
  }
}
