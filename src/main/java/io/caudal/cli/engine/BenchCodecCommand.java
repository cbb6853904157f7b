package io.caudal.cli.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.config.KvCodec;
import io.caudal.config.KvCompression;
import io.caudal.config.KvSettings;
import io.caudal.config.ModelSettings;
import io.caudal.config.Settings;
import io.caudal.engine.LoadedModel;
import io.caudal.engine.ModelInfo;
import io.caudal.engine.ModelRunner;
import io.caudal.engine.ModelRunnerFactory;
import io.caudal.engine.model.ModelFolder;
import io.caudal.kv.KvBlock;
import io.caudal.kv.KvDtype;
import io.caudal.kv.codec.BlockCodec;
import io.caudal.kv.codec.KvBlockFormat;
import io.caudal.text.ModelText;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code caudal bench codec}: what each codec of stored KV costs, saves and changes. */
@Command(
    name = "codec",
    mixinStandardHelpOptions = true,
    description = {
      "Measure every codec of stored KV on contexts that the model writes itself: bytes a token,",
      "speed on one thread, and how the next tokens differ after KV that went through it."
    })
public final class BenchCodecCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TABLE_HEAD =
      """
      | codec | compression | bytes/token | of 16 bit | encode MB/s | decode MB/s |\
       kept as is | same greedy tokens | KL mean | KL max |
      | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
      """;

  @Mixin private EngineOptions engineOptions;
  @Spec private CommandSpec spec;

  @Option(
      names = "--contexts",
      paramLabel = "N",
      description = "Contexts (default: ${DEFAULT-VALUE}).")
  private int count = 16;

  @Option(
      names = "--context-tokens",
      paramLabel = "N",
      description = "Tokens of each that go through the codec (default: ${DEFAULT-VALUE}).")
  private int contextTokens = 384;

  @Option(
      names = "--turn-tokens",
      paramLabel = "N",
      description = "Tokens computed after those (default: ${DEFAULT-VALUE}).")
  private int turnTokens = 16;

  @Option(
      names = "--answer-tokens",
      paramLabel = "N",
      description = "Positions compared in each context (default: ${DEFAULT-VALUE}).")
  private int answerTokens = 64;

  @Option(
      names = "--recent",
      paramLabel = "0,128",
      split = ",",
      description =
          "Last tokens of the context that don't go through the codec, one measurement for each"
              + " (default: ${DEFAULT-VALUE}).")
  private List<Integer> recent = List.of(0, 128);

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Rounds of the speed measurement (default: ${DEFAULT-VALUE}).")
  private int rounds = 5;

  @Option(names = "--seed", description = "Of the contexts (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    Settings settings = engineOptions.settings();
    ModelSettings wanted = ModelSettings.from(settings);
    ModelText text = ModelText.load(ModelFolder.resolve(wanted.path()));
    ObjectNode report = JSON.createObjectNode();
    try (LoadedModel model = ModelRunnerFactory.installed().load(wanted);
        ModelRunner runner = model.newRunner(2 * count)) {
      ModelInfo info = model.model();
      checkLengths(info);
      int blockTokens = info.kv().blockTokens(KvSettings.from(settings).blockBytes());
      List<int[]> contexts =
          SampledContexts.write(runner, text, count, contextTokens + turnTokens, seed);
      CodecQuality quality = new CodecQuality(runner, contexts, turnTokens, blockTokens);
      report
          .put("model", info.name())
          .put("kv_dtype", info.kv().dtype().label())
          .put("contexts", count)
          .put("context_tokens", contextTokens)
          .put("turn_tokens", turnTokens)
          .put("answer_tokens", answerTokens)
          .put("block_tokens", blockTokens)
          .put("seed", seed);
      measure(info, quality, report.putArray("codecs"));
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(json ? report + "\n" : table(report));
    out.flush();
    return 0;
  }

  private void checkLengths(ModelInfo info) {
    int all = contextTokens + turnTokens + answerTokens;
    if (count < 1 || contextTokens < 16 || turnTokens < 1 || answerTokens < 1 || rounds < 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--contexts, --turn-tokens, --answer-tokens and --rounds must be at least 1,"
              + " --context-tokens 16");
    }
    if (all > info.contextTokens()) {
      throw new ParameterException(
          spec.commandLine(),
          String.format(
              "--context-tokens, --turn-tokens and --answer-tokens are %d, the model's context is"
                  + " %d",
              all, info.contextTokens()));
    }
  }

  private void measure(ModelInfo info, CodecQuality quality, ArrayNode rows) {
    KvBlockFormat format = new KvBlockFormat(info.kv(), info.fingerprint());
    List<KvBlock> all = quality.history().stream().flatMap(List::stream).toList();
    double bytes16 = 2.0 * info.kv().bytesPerToken() / info.kv().dtype().bytes();
    for (KvCodec numbers : KvCodec.values()) {
      if (numbers == KvCodec.HALF && info.kv().dtype() != KvDtype.FP32) {
        continue;
      }
      List<Divergence> divergences = new ArrayList<>();
      BlockCodec plain = new BlockCodec(numbers, KvCompression.NONE);
      for (int kept : recent) {
        divergences.add(
            quality.measure(blocks -> thereAndBack(format, plain, blocks, kept), answerTokens));
      }
      for (KvCompression compression : KvCompression.values()) {
        BlockCodec codec = new BlockCodec(numbers, compression);
        CodecSpeed speed = CodecSpeed.measure(format, codec, all, rounds);
        ObjectNode row =
            rows.addObject()
                .put("codec", label(numbers))
                .put("compression", label(compression))
                .put("bytes_per_token", speed.bytesPerToken())
                .put("ratio_to_16_bit", bytes16 / speed.bytesPerToken())
                .put("encode_mb_s", speed.encodeMegabytes())
                .put("decode_mb_s", speed.decodeMegabytes());
        ArrayNode qualities = row.putArray("quality");
        for (int i = 0; i < recent.size(); i++) {
          qualities
              .addObject()
              .put("recent_tokens", recent.get(i))
              .put("same_greedy_tokens", divergences.get(i).sameTokens())
              .put("kl_mean", divergences.get(i).mean())
              .put("kl_max", divergences.get(i).most());
        }
      }
    }
  }

  private List<KvBlock> thereAndBack(
      KvBlockFormat format, BlockCodec codec, List<KvBlock> blocks, int kept) {
    List<KvBlock> back = new ArrayList<>();
    int end = 0;
    for (KvBlock block : blocks) {
      end += block.tokens();
      BlockCodec its = end <= contextTokens - kept ? codec : BlockCodec.EXACT;
      back.add(CodecSpeed.decode(format, format.encode(block, its), block));
    }
    return back;
  }

  private static String table(ObjectNode report) {
    StringBuilder table = new StringBuilder(TABLE_HEAD);
    report
        .get("codecs")
        .forEach(
            row ->
                row.get("quality")
                    .forEach(
                        quality ->
                            table.append(
                                String.format(
                                    "| %s | %s | %.0f | %.2f | %.0f | %.0f | %d | %.2f %% | %.2g |"
                                        + " %.2g |%n",
                                    row.get("codec").asText(),
                                    row.get("compression").asText(),
                                    row.get("bytes_per_token").asDouble(),
                                    row.get("ratio_to_16_bit").asDouble(),
                                    row.get("encode_mb_s").asDouble(),
                                    row.get("decode_mb_s").asDouble(),
                                    quality.get("recent_tokens").asInt(),
                                    100 * quality.get("same_greedy_tokens").asDouble(),
                                    quality.get("kl_mean").asDouble(),
                                    quality.get("kl_max").asDouble()))));
    return table.toString();
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
