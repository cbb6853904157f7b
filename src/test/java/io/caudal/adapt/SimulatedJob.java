package io.caudal.adapt;

import io.caudal.config.Settings;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * A job as its windows show it: a load that stays, and a response to the settings in force. Changes
 * are in force one window after they were made.
 */
final class SimulatedJob {
  static final long WINDOW_MILLIS = 10_000;

  /** What the job does under these settings; what it doesn't say is 0. */
  interface Response extends BiFunction<Settings, Random, Map<String, Double>> {}

  private final Map<String, String> settings = new TreeMap<>();
  private final Response response;
  private final Random random;
  private final Map<String, String> pending = new HashMap<>();

  SimulatedJob(Map<String, String> given, Response response, long seed) {
    settings.put("adaptive.mode", "on");
    settings.putAll(given);
    this.response = response;
    this.random = new Random(seed);
  }

  /** Somebody sets a value. */
  void set(String key, String value) {
    pending.remove(key);
    settings.put(key, value);
  }

  /** The controller sets one. */
  void make(Move move) {
    pending.put(move.key(), move.to());
  }

  String text(String key) {
    return Settings.of(settings).text(key);
  }

  Window next() {
    Settings inForce = Settings.of(settings);
    Window window = new Window(WINDOW_MILLIS, response.apply(inForce, random), inForce);
    settings.putAll(pending);
    pending.clear();
    return window;
  }

  /**
   * Users who ask again when answered, on two step loops: a step takes a fixed time and more for
   * each sequence, and much more for each beyond {@code knee}.
   */
  static Response closed(int users, double fixedMs, double sequenceMs, int knee, double noise) {
    return (settings, random) -> {
      int most = Integer.parseInt(settings.text("engine.max-batch"));
      double batch = Math.min(most, users / 2.0);
      double stepMs = fixedMs + sequenceMs * batch + 2 * sequenceMs * Math.max(0, batch - knee);
      double tokens = 2 * batch * WINDOW_MILLIS / stepMs * vary(random, noise);
      double ended = tokens / 32;
      double ttft = users * WINDOW_MILLIS / ended / 2;
      Map<String, Double> figures = new HashMap<>();
      figures.put("requests", ended);
      figures.put("ended", ended);
      figures.put("output_tokens", tokens);
      figures.put("in_flight", (double) users);
      figures.put("in_engine", (double) users);
      figures.put("loops", 2.0);
      figures.put("loops_busy", 1.0);
      figures.put("batch", batch);
      figures.put("ttft_p95", ttft * vary(random, noise));
      figures.put("queue_p95", 0.9 * ttft);
      figures.put("itl_p95", stepMs * vary(random, noise));
      return figures;
    };
  }

  static double vary(Random random, double noise) {
    return 1 + noise * (2 * random.nextDouble() - 1);
  }
}
