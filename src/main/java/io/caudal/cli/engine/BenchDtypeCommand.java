package io.caudal.cli.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.caudal.config.Dtype;
import io.caudal.config.ModelSettings;
import io.caudal.config.Settings;
import io.caudal.engine.LoadedModel;
import io.caudal.engine.ModelRunner;
import io.caudal.engine.ModelRunnerFactory;
import io.caudal.engine.model.ModelFolder;
import io.caudal.text.ModelText;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code caudal bench dtype}: what each number format does to a model's answers. */
@Command(
    name = "dtype",
    mixinStandardHelpOptions = true,
    description = {
      "Compare a model's next tokens in each number format with fp32, on contexts that it writes",
      "itself and continues greedily in fp32."
    })
public final class BenchDtypeCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TABLE_HEAD =
      """
      | dtype | same greedy tokens | KL mean | KL max |
      | --- | --- | --- | --- |
      """;

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Hugging Face model folder; the bundled model if not given.")
  private String model = ModelSettings.BUNDLED;

  @Option(
      names = "--dtypes",
      paramLabel = "bf16,int8",
      split = ",",
      description = "What to compare with fp32 (default: ${DEFAULT-VALUE}).")
  private List<Dtype> dtypes = List.of(Dtype.BF16, Dtype.INT8);

  @Option(
      names = "--contexts",
      paramLabel = "N",
      description = "Contexts (default: ${DEFAULT-VALUE}).")
  private int count = 16;

  @Option(
      names = "--context-tokens",
      paramLabel = "N",
      description = "Tokens of each (default: ${DEFAULT-VALUE}).")
  private int contextTokens = 256;

  @Option(
      names = "--answer-tokens",
      paramLabel = "N",
      description = "Positions compared in each context (default: ${DEFAULT-VALUE}).")
  private int answerTokens = 64;

  @Option(names = "--seed", description = "Of the contexts (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(names = "--json", description = "Print a JSON list of one object a format.")
  private boolean json;

  @Override
  public Integer call() {
    ModelText text = ModelText.load(ModelFolder.resolve(settings(Dtype.FP32).path()));
    ArrayNode rows = JSON.createArrayNode();
    try (LoadedModel exact = load(Dtype.FP32);
        ModelRunner runner = exact.newRunner(count)) {
      check(exact.model().contextTokens());
      List<int[]> contexts = SampledContexts.write(runner, text, count, contextTokens, seed);
      DtypeQuality quality = new DtypeQuality(runner, contexts, answerTokens);
      for (Dtype dtype : dtypes) {
        try (LoadedModel loaded = load(dtype);
            ModelRunner other = loaded.newRunner(count)) {
          Divergence divergence = quality.measure(other, contexts);
          rows.addObject()
              .put("dtype", label(dtype))
              .put("same_greedy_tokens", divergence.sameTokens())
              .put("kl_mean", divergence.mean())
              .put("kl_max", divergence.most());
        }
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(json ? rows + "\n" : table(rows));
    out.flush();
    return 0;
  }

  private LoadedModel load(Dtype dtype) {
    return ModelRunnerFactory.installed().load(settings(dtype));
  }

  private ModelSettings settings(Dtype dtype) {
    return ModelSettings.from(
        Settings.of(
            Map.of("model.path", model, "model.dtype", label(dtype), "model.device", "cpu")));
  }

  private void check(int most) {
    if (count < 1 || answerTokens < 1 || contextTokens < 16) {
      throw new ParameterException(
          spec.commandLine(),
          "--contexts and --answer-tokens must be at least 1, --context-tokens 16");
    }
    if (contextTokens + answerTokens > most) {
      throw new ParameterException(
          spec.commandLine(),
          String.format(
              "--context-tokens and --answer-tokens are %d, the model's context is %d",
              contextTokens + answerTokens, most));
    }
  }

  private static String table(ArrayNode rows) {
    StringBuilder table = new StringBuilder(TABLE_HEAD);
    for (JsonNode row : rows) {
      table.append(
          String.format(
              "| %s | %.2f %% | %.2g | %.2g |%n",
              row.get("dtype").asText(),
              100 * row.get("same_greedy_tokens").asDouble(),
              row.get("kl_mean").asDouble(),
              row.get("kl_max").asDouble()));
    }
    return table.toString();
  }

  private static String label(Dtype dtype) {
    return dtype.name().toLowerCase(Locale.ROOT);
  }
}
