package io.caudal.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * How the engine batches.
 *
 * @param stepLoops loops that step batches of their own over the same weights
 * @param maxBatch most sequences in one step
 * @param tokenBudget most tokens that one step computes
 * @param linger how long an unused engine keeps its weights before it is unloaded
 */
public record EngineSettings(int stepLoops, int maxBatch, int tokenBudget, Duration linger)
    implements Serializable {

  static final ConfigKey<Integer> STEP_LOOPS =
      ConfigKey.integer(
          "engine.step-loops",
          0,
          0,
          64,
          "Step loops of a TaskManager's engine, each with one compute thread, sharing the weights;"
              + " 0 takes one per core on the CPU and one on a GPU.");
  static final ConfigKey<Integer> MAX_BATCH =
      ConfigKey.integer(
              "engine.max-batch", 16, 1, 1024, "Most sequences in one step of one step loop.")
          .live();
  static final ConfigKey<Integer> TOKEN_BUDGET =
      ConfigKey.integer(
              "engine.token-budget",
              512,
              16,
              65536,
              "Most tokens that one step computes; longer prompts are prefilled in chunks, so that"
                  + " they don't stall the others' decode.")
          .live();
  static final ConfigKey<Duration> LINGER =
      ConfigKey.duration(
          "engine.linger",
          "60s",
          "0ms",
          "24h",
          "How long a TaskManager keeps an engine that no job uses, so that a job's restart finds"
              + " weights and KV in place.");

  static final List<ConfigKey<?>> KEYS = List.of(STEP_LOOPS, MAX_BATCH, TOKEN_BUDGET, LINGER);

  public static EngineSettings from(Settings settings) {
    return new EngineSettings(
        settings.get(STEP_LOOPS),
        settings.get(MAX_BATCH),
        settings.get(TOKEN_BUDGET),
        settings.get(LINGER));
  }
}
