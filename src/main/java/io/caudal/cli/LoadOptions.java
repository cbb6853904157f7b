package io.caudal.cli;

import io.caudal.cli.bench.Arrivals;
import io.caudal.cli.bench.Load;
import io.caudal.cli.bench.Preset;
import io.caudal.cli.bench.Shape;
import io.caudal.cli.bench.Spread;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** Options that say what load is made: a preset, and what differs from it. */
final class LoadOptions {
  private static final int MOST_USERS = 100_000;
  private static final int MOST_TOKENS = 1_000_000;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      converter = PresetConverter.class,
      completionCandidates = PresetNames.class,
      description = "${COMPLETION-CANDIDATES} (default: chat).")
  private Preset preset = Preset.CHAT;

  @Option(
      names = "--scale",
      paramLabel = "X",
      description = "Multiplies the preset's lengths, for a small machine or context.")
  private double scale = 1;

  @Option(names = "--users", paramLabel = "N", description = "Conversations side by side.")
  private @Nullable Integer users;

  @Option(
      names = "--sessions",
      paramLabel = "N",
      description = "Conversations in all (default: the preset's).")
  private @Nullable Integer sessions;

  @Option(
      names = "--rounds",
      paramLabel = "N[-N]",
      converter = SpreadConverter.class,
      description = "Turns of a conversation; LOW-HIGH is drawn for each, ~MEAN-MOST lognormally.")
  private @Nullable Spread rounds;

  @Option(
      names = "--system-tokens",
      paramLabel = "N",
      description = "Start of every conversation, the same for all.")
  private @Nullable Integer systemTokens;

  @Option(
      names = "--history-tokens",
      paramLabel = "N[-N]",
      converter = SpreadConverter.class,
      description = "What follows it, each conversation's own.")
  private @Nullable Spread historyTokens;

  @Option(
      names = "--question-tokens",
      paramLabel = "N[-N]",
      converter = SpreadConverter.class,
      description = "What a turn asks.")
  private @Nullable Spread questionTokens;

  @Option(
      names = "--answer-tokens",
      paramLabel = "N[-N]",
      converter = SpreadConverter.class,
      description = "What an answer has, exactly.")
  private @Nullable Spread answerTokens;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Requests a second over all users; 0: each user asks when answered.")
  private @Nullable Double rate;

  @Option(
      names = "--arrivals",
      paramLabel = "HOW",
      defaultValue = "poisson",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Arrivals arrivals = Arrivals.POISSON;

  @Option(
      names = "--duration",
      paramLabel = "SECONDS",
      description = "Start no request later; new conversations follow until then.")
  private int duration;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of schedule and texts (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      description = "Requests before, not counted (default: ${DEFAULT-VALUE}).")
  private int warmup = 8;

  /**
   * @throws ParameterException naming the option, the value and what is allowed
   */
  Load load(CommandSpec spec) {
    check(spec, scale > 0 && scale <= 100, "--scale " + scale + " is not allowed: above 0, to 100");
    Ranges.check(spec, "--duration", duration, 0, 86_400);
    Ranges.check(spec, "--warmup", warmup, 0, MOST_USERS);
    Shape scaled = preset.shape().scaled(scale);
    int manyUsers = users == null ? scaled.users() : users;
    int manySessions =
        sessions != null ? sessions : users == null ? scaled.sessions() : 2 * manyUsers;
    double perSecond = rate == null ? scaled.rate() : rate;
    int system = systemTokens == null ? scaled.systemTokens() : systemTokens;
    Ranges.check(spec, "--users", manyUsers, 1, MOST_USERS);
    Ranges.check(spec, "--sessions", manySessions, 1, MOST_TOKENS);
    Ranges.check(spec, "--system-tokens", system, 0, MOST_TOKENS);
    check(
        spec,
        perSecond >= 0 && perSecond <= 10_000,
        "--rate " + perSecond + " is not allowed: 0 to 10000");
    check(spec, duration == 0 || perSecond > 0, "--duration needs a --rate above 0");
    Shape shape =
        new Shape(
            manyUsers,
            manySessions,
            rounds == null ? scaled.rounds() : rounds,
            system,
            historyTokens == null ? scaled.historyTokens() : historyTokens,
            questionTokens == null ? scaled.questionTokens() : questionTokens,
            answerTokens == null ? scaled.answerTokens() : answerTokens,
            perSecond,
            scaled.staggered());
    return new Load(preset.toString(), shape, arrivals, duration, seed, warmup);
  }

  private static void check(CommandSpec spec, boolean allowed, String message) {
    if (!allowed) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  private static final class SpreadConverter implements ITypeConverter<Spread> {
    @Override
    public Spread convert(String text) {
      try {
        return Spread.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  private static final class PresetConverter implements ITypeConverter<Preset> {
    @Override
    public Preset convert(String text) {
      return Preset.named(text)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'" + text + "' is not allowed: " + String.join(", ", Preset.names())));
    }
  }

  private static final class PresetNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Preset.names().iterator();
    }
  }
}
