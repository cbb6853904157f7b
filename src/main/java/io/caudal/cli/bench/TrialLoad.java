package io.caudal.cli.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The loads by which settings are compared, with lengths for the bundled model. */
public enum TrialLoad {
  /** Many short requests, each as soon as another is answered. */
  BULK("output tokens/s"),

  /** Some chats, now and then with a long text, at the pace of their users. */
  INTERACTIVE("% of answers within the targets"),

  /** More sessions in turn than device and host memory have room for; turns that return count. */
  STARVED("1/s, of mean TTFT");

  private static final int BULK_SESSIONS = 100_000;

  private final String unit;

  TrialLoad(String unit) {
    this.unit = unit;
  }

  /** What a score is; more is better. */
  public String unit() {
    return unit;
  }

  /** The name on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Names on the command line. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(TrialLoad::label).toList();
  }

  /** The load of a name as on the command line; empty for none. */
  public static Optional<TrialLoad> named(String label) {
    return Arrays.stream(values()).filter(load -> load.label().equals(label)).findFirst();
  }

  /**
   * @param seconds after which it ends, where its rate doesn't hang on answers
   */
  Load load(int seconds, long seed) {
    return new Load(label(), shape(), Arrivals.POISSON, shape().rate() == 0 ? 0 : seconds, seed, 0);
  }

  private Shape shape() {
    return switch (this) {
      case BULK ->
          new Shape(
              256,
              BULK_SESSIONS,
              Spread.of(1),
              0,
              Spread.of(0),
              Spread.evenly(16, 48),
              Spread.evenly(24, 48),
              0,
              false);
      case INTERACTIVE ->
          new Shape(
              12,
              12,
              Spread.evenly(3, 6),
              64,
              Spread.lognormal(300, 1_000),
              Spread.evenly(12, 32),
              Spread.evenly(24, 48),
              6,
              false);
      case STARVED ->
          new Shape(
              40,
              40,
              Spread.of(8),
              0,
              Spread.evenly(1_200, 1_400),
              Spread.evenly(8, 16),
              Spread.of(12),
              5,
              true);
    };
  }

  /** The score of what was answered; NaN if nothing that counts was. */
  double score(List<Measured> counted, int planned, double seconds, Slo slo) {
    return switch (this) {
      case BULK ->
          counted.stream().mapToLong(m -> m.result().usage().completionTokens()).sum() / seconds;
      case INTERACTIVE ->
          100.0
              * counted.stream().filter(m -> slo.isMet(m.ttft(), m.tpot())).count()
              / Math.max(1, planned);
      case STARVED ->
          1e3
              / counted.stream()
                  .filter(m -> !m.turn().first())
                  .mapToDouble(Measured::ttft)
                  .average()
                  .orElse(Double.NaN);
    };
  }
}
