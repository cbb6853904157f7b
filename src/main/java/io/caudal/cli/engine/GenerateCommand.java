package io.caudal.cli.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caudal.engine.EngineClock;
import io.caudal.engine.GenerationOutcome;
import io.caudal.engine.host.Engine;
import io.caudal.protocol.Logprob;
import io.caudal.protocol.Message;
import io.caudal.protocol.ResponseFormat;
import io.caudal.protocol.Role;
import io.caudal.protocol.SamplingParams;
import io.caudal.protocol.TokenLogprobs;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code caudal generate}: the engine alone answers one prompt, or a file of golden cases. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = "Answer a prompt with the engine alone, without Kafka or Flink.")
public final class GenerateCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What to answer; exactly one of them. */
  static final class Input {
    @Option(names = "--prompt", paramLabel = "TEXT", description = "Plain text to continue.")
    @Nullable String prompt;

    @Option(
        names = "--message",
        paramLabel = "TEXT",
        description = "A user's message, put through the model's chat template.")
    @Nullable String message;

    @Option(
        names = "--prompt-ids",
        paramLabel = "1,2,3",
        split = ",",
        description = "Token ids to continue.")
    int @Nullable [] promptIds;

    @Option(
        names = "--cases",
        paramLabel = "FILE",
        description = "Golden cases; reports each, and fails unless all are equal.")
    @Nullable Path cases;
  }

  @Mixin EngineOptions engineOptions = new EngineOptions();

  @ArgGroup(multiplicity = "1")
  Input input = new Input();

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "Most tokens to generate (default: ${DEFAULT-VALUE}).")
  int maxTokens = 256;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "0 is greedy (default: ${DEFAULT-VALUE}).")
  double temperature;

  @Option(names = "--top-p", paramLabel = "P", description = "Nucleus (default: 1).")
  double topP = 1;

  @Option(names = "--top-k", paramLabel = "K", description = "0 for all (default: 0).")
  int topK;

  @Option(names = "--seed", paramLabel = "N", description = "Same seed, same text.")
  @Nullable Long seed;

  @Option(names = "--stop", paramLabel = "TEXT", description = "Ends the answer; repeatable.")
  List<String> stop = new ArrayList<>();

  @Option(
      names = "--logit-bias",
      paramLabel = "ID=BIAS",
      description = "Added to the logit of a token id, -100 to 100; repeatable.")
  Map<Integer, Double> logitBias = new HashMap<>();

  @Option(
      names = "--logprobs",
      paramLabel = "N",
      description = "Print each token with its log probability and the N likeliest, 0 to 20.")
  @Nullable Integer logprobs;

  @Option(names = "--json-mode", description = "Let the answer be one JSON object.")
  boolean jsonMode;

  @Option(names = "--json", description = "Print JSON, one object a line.")
  boolean json;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    if (logprobs != null && (logprobs < 0 || logprobs > 20)) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          "--logprobs " + logprobs + " is not allowed: 0 to 20");
    }
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    try (Engine engine = engineOptions.start()) {
      return input.cases == null ? answer(engine, out) : compare(engine, input.cases, out);
    } finally {
      out.flush();
    }
  }

  private int answer(Engine engine, PrintWriter out) {
    int[] prompt = prompt(engine);
    PendingAnswer answer = PendingAnswer.submit(engine, 0, prompt, sampling(), stop, maxTokens);
    GenerationOutcome outcome = answer.await();
    List<TokenLogprobs> told =
        answer.scores().stream().map(one -> one.told(engine.text().tokenizer())).toList();
    if (!json) {
      out.println(outcome.text());
      told.forEach(token -> out.println(line(token)));
      return 0;
    }
    ObjectNode line = JSON.createObjectNode();
    line.set("prompt_ids", array(prompt));
    line.set("output_ids", array(outcome.output()));
    line.put("text", outcome.text());
    line.put("finish_reason", outcome.reason().name().toLowerCase(Locale.ROOT));
    if (logprobs != null) {
      line.set("logprobs", JSON.valueToTree(told));
    }
    out.println(line);
    return 0;
  }

  /** The token, then the likeliest: each quoted, with its log probability. */
  private static String line(TokenLogprobs token) {
    StringBuilder line = new StringBuilder(described(token.token()));
    token.top().forEach(top -> line.append("  ").append(described(top)));
    return line.toString();
  }

  private static String described(Logprob token) {
    return String.format(
        Locale.ROOT, "%s %.4f", JSON.getNodeFactory().textNode(token.token()), token.logprob());
  }

  private int[] prompt(Engine engine) {
    if (input.promptIds != null) {
      return input.promptIds;
    }
    return input.message != null
        ? engine
            .text()
            .prompts()
            .first(List.of(new Message(Role.USER, input.message)), EngineClock.SYSTEM.millis())
        : engine.text().prompts().prompt(input.prompt == null ? "" : input.prompt, true);
  }

  private int compare(Engine engine, Path file, PrintWriter out) {
    List<GoldenCases.Case> cases = GoldenCases.read(file, engine.model().stopIds());
    List<PendingAnswer> answers = new ArrayList<>();
    for (GoldenCases.Case golden : cases) {
      int most =
          golden.length()
              ? golden.outputIds().length
              : Math.max(maxTokens, golden.outputIds().length + 1);
      answers.add(
          PendingAnswer.submit(engine, answers.size(), golden.promptIds(), sampling(), stop, most));
    }
    int equal = 0;
    for (int i = 0; i < cases.size(); i++) {
      int[] output = answers.get(i).await().output();
      boolean same = Arrays.equals(output, cases.get(i).outputIds());
      equal += same ? 1 : 0;
      ObjectNode line = JSON.createObjectNode().put("id", cases.get(i).id());
      line.set("output_ids", array(output));
      out.println(line.put("equal", same));
    }
    out.println(JSON.createObjectNode().put("cases", cases.size()).put("equal", equal));
    return equal == cases.size() ? 0 : 1;
  }

  private SamplingParams sampling() {
    return new SamplingParams(
        temperature,
        topP,
        topK,
        0,
        seed,
        0,
        0,
        1,
        false,
        logitBias,
        logprobs,
        jsonMode ? ResponseFormat.JSON_OBJECT : ResponseFormat.TEXT,
        1);
  }

  private static ArrayNode array(int[] ids) {
    ArrayNode array = JSON.createArrayNode();
    for (int id : ids) {
      array.add(id);
    }
    return array;
  }
}
