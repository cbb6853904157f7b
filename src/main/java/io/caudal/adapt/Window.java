package io.caudal.adapt;

import io.caudal.config.AdaptiveSettings;
import io.caudal.config.Scale;
import io.caudal.config.Settings;
import java.util.Map;

/**
 * What the job did in a stretch of time, over all subtasks, and what was in force at its end.
 *
 * @param millis its length
 * @param figures by name, as {@link WindowFigures} tells them; what has no value is 0
 * @param settings in force in every subtask
 * @param wanted of these, what the controller is to keep and may move
 */
public record Window(
    long millis, Map<String, Double> figures, Settings settings, AdaptiveSettings wanted) {

  public Window(long millis, Map<String, Double> figures, Settings settings) {
    this(millis, figures, settings, AdaptiveSettings.from(settings));
  }

  double get(String figure) {
    return figures.getOrDefault(figure, 0.0);
  }

  /** A setting in force, as text; as many step loops as there are where that is left open. */
  String text(String key) {
    return text(settings, key, get("loops_each"));
  }

  /**
   * As {@link #text(String)}.
   *
   * @param loops that each engine has
   */
  static String text(Settings settings, String key, double loops) {
    String text = settings.text(key);
    boolean open = key.equals("engine.step-loops") && text.equals("0");
    return open ? Scale.text(key, loops) : text;
  }

  /** A setting in force, where its values have an order. */
  double rank(String key) {
    return Scale.rank(key, text(key)).orElse(0);
  }

  /** How far the 95th percentile of TTFT is of its target: 1 is on it, 0 without target. */
  double ttft() {
    return ofTarget("ttft_p95", wanted.ttftTarget().toMillis());
  }

  /** The same of the gaps between tokens. */
  double itl() {
    return ofTarget("itl_p95", wanted.itlTarget().toMillis());
  }

  private double ofTarget(String figure, long targetMillis) {
    return targetMillis == 0 ? 0 : get(figure) / targetMillis;
  }
}
