package io.caudal.cli.eviction;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code caudal simulate-eviction}: what an eviction policy would have kept of real KV use. */
@Command(
    name = "simulate-eviction",
    mixinStandardHelpOptions = true,
    description = {
      "Replay a trace of KV use against the engine's eviction policies, and print the share of",
      "blocks that each finds again (in an unbroken prefix). OPTIMAL knows the future: a bound."
    })
public final class SimulateEvictionCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_BLOCK_TOKENS = 1 << 20;
  private static final String TABLE_HEAD =
      """
      | capacity, tokens | policy | hit share |
      | --- | --- | --- |
      """;

  @Spec private CommandSpec spec;

  @Option(
      names = "--trace",
      required = true,
      paramLabel = "FILE",
      description = {
        "One JSON object a line: timestamp (ms), input_length, output_length (tokens), hash_ids of",
        "consecutive prefix blocks."
      })
  private Path trace;

  @Option(
      names = "--capacity-tokens",
      paramLabel = "N,N",
      split = ",",
      description = "Tokens of KV that fit (default: ${DEFAULT-VALUE}).")
  private List<Long> capacities =
      List.of(1_000_000L, 2_600_000L, 5_100_000L, 10_200_000L, 20_000_000L);

  @Option(
      names = "--policies",
      paramLabel = "NAME,NAME",
      split = ",",
      description = "Of ${COMPLETION-CANDIDATES} (default: all).")
  private List<SimulatedPolicy> policies = List.of(SimulatedPolicy.values());

  @Option(
      names = "--block-tokens",
      paramLabel = "N",
      description = "Tokens of a block of the trace (default: ${DEFAULT-VALUE}).")
  private int blockTokens = 512;

  @Option(
      names = "--from",
      paramLabel = "SHARE",
      description = {
        "Count requests from this share of the trace on, such as 0.5; the ones before it are",
        "replayed and not counted (default: ${DEFAULT-VALUE})."
      })
  private double from = 0;

  @Option(
      names = "--to",
      paramLabel = "SHARE",
      description = "Count requests up to this share of the trace (default: ${DEFAULT-VALUE}).")
  private double to = 1;

  @Option(names = "--json", description = "Print JSON: a list of one object a row.")
  private boolean json;

  @Override
  public Integer call() {
    check();
    Trace requests = TraceReader.read(trace, blockTokens);
    List<HitShare> rows = new ArrayList<>();
    for (long capacity : capacities) {
      for (SimulatedPolicy policy : policies) {
        rows.add(HitShare.of(requests, policy, capacity, from, to));
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(JSON.valueToTree(rows).toString());
    } else {
      out.print(TABLE_HEAD);
      rows.forEach(
          row ->
              out.printf(
                  "| %d | %s | %.4f |%n", row.capacityTokens(), row.policy(), row.hitShare()));
    }
    out.flush();
    return 0;
  }

  private void check() {
    if (blockTokens < 1 || blockTokens > MOST_BLOCK_TOKENS) {
      throw wrong("--block-tokens " + blockTokens, "1 to " + MOST_BLOCK_TOKENS);
    }
    for (long capacity : capacities) {
      if (capacity < blockTokens) {
        throw wrong(
            "--capacity-tokens " + capacity, "at least a block, " + blockTokens + " tokens");
      }
    }
    if (!(from >= 0 && from < to && to <= 1)) {
      throw wrong("--from " + from + " --to " + to, "shares from 0 to 1, the first one smaller");
    }
  }

  private ParameterException wrong(String what, String allowed) {
    return new ParameterException(spec.commandLine(), what + " is not allowed: " + allowed);
  }
}
