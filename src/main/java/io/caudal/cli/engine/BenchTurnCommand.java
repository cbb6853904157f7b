package io.caudal.cli.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.engine.GenerationOutcome;
import io.caudal.engine.host.Engine;
import io.caudal.kv.KvBlock;
import io.caudal.kv.codec.DecodedBlock;
import io.caudal.kv.codec.KvBlockCodecV1;
import io.caudal.protocol.CacheTier;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code caudal bench turn}: what a session's KV saves when the session comes back. */
@Command(
    name = "turn",
    mixinStandardHelpOptions = true,
    description = {
      "Measure the time to first token of a session's second turn with the engine alone: with its",
      "KV on the device, with its KV decoded from stored blocks, and with its tokens only."
    })
public final class BenchTurnCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ANSWER_TOKENS = 8;
  private static final String TABLE_HEAD =
      """
      | KV | TTFT ms, median | min | max |
      | --- | --- | --- | --- |
      """;

  @Mixin private EngineOptions engineOptions;
  @Spec private CommandSpec spec;

  @Option(
      names = "--history",
      paramLabel = "N",
      description = "Tokens of the first turn (default: ${DEFAULT-VALUE}).")
  private int history = 1000;

  @Option(
      names = "--turn-tokens",
      paramLabel = "N",
      description = "Tokens of the second turn (default: ${DEFAULT-VALUE}).")
  private int turnTokens = 16;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Rounds that are counted, after one that is not (default: ${DEFAULT-VALUE}).")
  private int rounds = 5;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    Map<String, List<Double>> millis = new LinkedHashMap<>();
    try (Engine engine = engineOptions.start()) {
      for (int round = 0; round <= rounds; round++) {
        Map<String, Double> one = round(engine, round);
        if (round > 0) {
          one.forEach((name, ms) -> millis.computeIfAbsent(name, n -> new ArrayList<>()).add(ms));
        }
      }
    }
    print(millis, spec.commandLine().getOut());
    return 0;
  }

  private Map<String, Double> round(Engine engine, int round) {
    SplittableRandom random = new SplittableRandom(round);
    int vocabulary = engine.model().vocabularySize();
    int[] first = random.ints(history, 0, vocabulary).toArray();
    int[] next = random.ints(turnTokens, 0, vocabulary).toArray();
    String session = "bench-" + round;

    GenerationOutcome answer = turn(engine, session, first, 0, List.of()).await();
    int[] context = concat(first, answer.output(), next);
    Map<String, Double> millis = new LinkedHashMap<>();
    millis.put("on_device", ttft(turn(engine, session, context, 0, List.of())));
    forget(engine, session);
    List<byte[]> stored = encode(engine, answer.newBlocks());
    long start = System.nanoTime();
    List<KvBlock> blocks = decode(engine, stored, answer.newBlocks());
    double decode = (System.nanoTime() - start) / 1e6;
    int tokens = blocks.stream().mapToInt(KvBlock::tokens).sum();
    millis.put("from_blocks", decode + ttft(turn(engine, session, context, tokens, blocks)));
    forget(engine, session);
    millis.put("from_tokens", ttft(turn(engine, session, context, 0, List.of())));
    forget(engine, session);
    return millis;
  }

  private static void forget(Engine engine, String session) {
    engine.copies().release(List.of(session), CacheTier.ALL).join();
  }

  private static PendingAnswer turn(
      Engine engine, String session, int[] context, int stored, List<KvBlock> blocks) {
    return PendingAnswer.submit(engine, session, context, stored, blocks, ANSWER_TOKENS);
  }

  private static double ttft(PendingAnswer answer) {
    answer.await();
    return (answer.tokenNanos()[0] - answer.submittedNanos()) / 1e6;
  }

  private static List<byte[]> encode(Engine engine, List<KvBlock> blocks) {
    KvBlockCodecV1 codec = new KvBlockCodecV1(engine.model().kv(), engine.model().fingerprint());
    return blocks.stream().map(codec::encode).toList();
  }

  private static List<KvBlock> decode(Engine engine, List<byte[]> stored, List<KvBlock> like) {
    KvBlockCodecV1 codec = new KvBlockCodecV1(engine.model().kv(), engine.model().fingerprint());
    List<KvBlock> blocks = new ArrayList<>();
    for (int i = 0; i < stored.size(); i++) {
      KvBlock wanted = like.get(i);
      DecodedBlock decoded =
          codec.decode(stored.get(i), wanted.index(), wanted.tokens(), wanted.chainHash());
      blocks.add(((DecodedBlock.Hit) decoded).block());
    }
    return blocks;
  }

  private void print(Map<String, List<Double>> millis, PrintWriter out) {
    ObjectNode object =
        JSON.createObjectNode().put("history_tokens", history).put("turn_tokens", turnTokens);
    StringBuilder table = new StringBuilder(TABLE_HEAD);
    millis.forEach(
        (name, values) -> {
          double[] sorted = values.stream().mapToDouble(v -> v).sorted().toArray();
          double median = EngineFigures.percentile(sorted, 0.5);
          object
              .putObject(name)
              .put("ttft_ms_median", median)
              .put("ttft_ms_min", sorted[0])
              .put("ttft_ms_max", sorted[sorted.length - 1]);
          table.append(
              String.format(
                  "| %s | %.1f | %.1f | %.1f |%n",
                  name.replace('_', ' '), median, sorted[0], sorted[sorted.length - 1]));
        });
    out.print(json ? object + "\n" : table.toString());
    out.flush();
  }

  private static int[] concat(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
  }
}
