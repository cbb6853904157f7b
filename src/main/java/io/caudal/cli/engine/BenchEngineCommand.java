package io.caudal.cli.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.caudal.engine.host.Engine;
import io.caudal.protocol.SamplingParams;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal bench engine}: how fast the engine alone decodes and prefills. */
@Command(
    name = "engine",
    mixinStandardHelpOptions = true,
    description = {
      "Measure the engine alone: every session prefills a random prompt and decodes.",
      "Figures are medians over the rounds, after a round that is not counted."
    })
public final class BenchEngineCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TABLE_HEAD =
      """
      | sessions | decode tok/s | prefill tok/s | TTFT p50 ms | ITL p50 ms | ITL p99 ms |
      | --- | --- | --- | --- | --- | --- |
      """;

  @Mixin private EngineOptions engineOptions;
  @Spec private CommandSpec spec;

  @Option(
      names = "--sessions",
      paramLabel = "1,4,8,16",
      split = ",",
      description = "Numbers of concurrent sessions to measure (default: ${DEFAULT-VALUE}).")
  private List<Integer> sessions = List.of(1, 4, 8, 16);

  @Option(
      names = "--prompt-tokens",
      paramLabel = "N",
      description = "Tokens of each prompt (default: ${DEFAULT-VALUE}).")
  private int promptTokens = 128;

  @Option(
      names = "--new-tokens",
      paramLabel = "N",
      description = "Tokens that each session generates (default: ${DEFAULT-VALUE}).")
  private int newTokens = 128;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "0 is greedy (default: ${DEFAULT-VALUE}).")
  private double temperature;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Rounds for each number of sessions (default: ${DEFAULT-VALUE}).")
  private int rounds = 3;

  @Option(
      names = "--interfere",
      paramLabel = "TOKENS",
      description =
          "Also send one prompt of so many tokens while the sessions decode, and compare the time"
              + " between their tokens with and without it.")
  private int interfere;

  @Option(names = "--json", description = "Print JSON: a list of one object a session count.")
  private boolean json;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter progress = spec.commandLine().getErr();
    SamplingParams sampling = new SamplingParams(temperature, 1, 0, 0, null, 0, 0, 1, true);
    List<EngineFigures> figures = new ArrayList<>();
    try (Engine engine = engineOptions.start()) {
      for (int count : sessions) {
        List<EngineFigures> measured = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
          EngineFigures one =
              new EngineRound(engine, count, promptTokens, newTokens, sampling, round)
                  .run(interfere);
          progress.printf(
              "%d sessions, %s: %s%n",
              count, round == 0 ? "warm-up" : "round " + round + " of " + rounds, one);
          progress.flush();
          if (round > 0) {
            measured.add(one);
          }
        }
        figures.add(EngineFigures.median(measured));
      }
    }
    out.println(
        json
            ? JSON.valueToTree(figures.stream().map(EngineFigures::json).toList())
            : table(figures));
    out.flush();
    return 0;
  }

  private static String table(List<EngineFigures> figures) {
    StringBuilder table = new StringBuilder(TABLE_HEAD);
    figures.forEach(row -> table.append(row.row()).append('\n'));
    for (EngineFigures row : figures) {
      if (row.interference() != null) {
        table.append(String.format("%d sessions: %s%n", row.sessions(), row.interference()));
      }
    }
    return table.toString();
  }
}
