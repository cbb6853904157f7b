package io.caudal.cli.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Shapes with a name. Lengths are in tokens of whatever model runs. */
public enum Preset {
  /** Small enough for the bundled model, 2,048 tokens of context. */
  CHAT,

  /** LMCache's multi-round QA as production-stack's run.sh calls it; it tries rates 0.1 to 4.1. */
  LMCACHE_MULTI_ROUND_QA,

  /** The same as its page's example calls it. */
  LMCACHE_MULTI_ROUND_QA_SMALL,

  /**
   * vLLM's multi-turn benchmark with its generate_multi_turn.json, six conversations at a time as
   * in its page's example. The rate is ours: the original asks as fast as answers come.
   */
  VLLM_MULTI_TURN;

  public Shape shape() {
    return switch (this) {
      case CHAT -> new Shape(4, 8, n(4), 64, n(128), n(24), n(48), 2, false);
      case LMCACHE_MULTI_ROUND_QA ->
          new Shape(320, 640, n(10), 1000, n(20_000), n(20), n(100), 0.5, true);
      case LMCACHE_MULTI_ROUND_QA_SMALL ->
          new Shape(10, 20, n(5), 1000, n(2000), n(20), n(100), 0.5, true);
      case VLLM_MULTI_TURN ->
          new Shape(
              6,
              24,
              Spread.evenly(6, 9),
              500,
              Spread.lognormal(1000, 5000),
              Spread.evenly(120, 160),
              Spread.evenly(80, 120),
              1,
              false);
    };
  }

  /** The preset of a name as on the command line; empty for none. */
  public static Optional<Preset> named(String name) {
    return Arrays.stream(values()).filter(preset -> preset.toString().equals(name)).findFirst();
  }

  /** All names. */
  public static List<String> names() {
    return Arrays.stream(values()).map(Preset::toString).toList();
  }

  /** The name on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Spread n(int number) {
    return Spread.of(number);
  }
}
