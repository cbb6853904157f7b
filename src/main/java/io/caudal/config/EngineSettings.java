package io.caudal.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How the engine batches.
 *
 * @param stepLoops loops that step batches of their own over the same weights
 * @param maxBatch most sequences in one step
 * @param tokenBudget most tokens that one step computes
 * @param prefillPercent how much longer prefill may make a step in which others decode; 0 for any
 * @param speculativeTokens most tokens that are guessed ahead for a sequence
 * @param deadlineMargin how much more time than forecast a request must have left to be begun
 * @param batchLinger how long an idle step loop that got its first sequence waits for others
 * @param tenantWeights shares of tokens by tenant; a tenant that is not named has 1
 * @param stepTimeout after which a forward pass counts as hanging; zero for never
 * @param linger how long an unused engine keeps its weights before it is unloaded
 */
public record EngineSettings(
    int stepLoops,
    int maxBatch,
    int tokenBudget,
    int prefillPercent,
    int speculativeTokens,
    double deadlineMargin,
    Duration batchLinger,
    Map<String, Double> tenantWeights,
    Duration stepTimeout,
    Duration linger)
    implements Serializable {

  static final ConfigKey<Integer> STEP_LOOPS =
      ConfigKey.integer(
              "engine.step-loops",
              0,
              0,
              64,
              "Step loops of a TaskManager's engine, each with one compute thread, sharing the weights"
                  + " and `kv.device.tokens`. A long step also uses the cores of loops that have"
                  + " nothing to do; beyond one core a loop none is used. 0 takes one per core on the CPU, or"
                  + " per CPU of `model.cpus`, and one on a GPU.")
          .in("step loops")
          .live();
  static final ConfigKey<Integer> MAX_BATCH =
      ConfigKey.integer(
              "engine.max-batch", 16, 1, 1024, "Most sequences in one step of one step loop.")
          .in("sequences")
          .live();
  static final ConfigKey<Integer> TOKEN_BUDGET =
      ConfigKey.integer(
              "engine.token-budget",
              512,
              16,
              65536,
              "Most tokens that one step computes; longer prompts are prefilled in chunks, so that"
                  + " they don't stall the others' decode.")
          .in("tokens")
          .live();
  static final ConfigKey<Integer> PREFILL_PERCENT =
      ConfigKey.integer(
              "engine.prefill-percent",
              150,
              0,
              100_000,
              "How much longer, in percent, prefill may make a step in which other sequences decode;"
                  + " chunks get as small as that takes, by what steps were measured to take. Where"
                  + " more sequences prefill than decode, as many times longer. 0: as long as"
                  + " engine.token-budget makes it.")
          .live();
  static final ConfigKey<Integer> SPECULATIVE_TOKENS =
      ConfigKey.integer(
              "engine.speculative-tokens",
              4,
              0,
              16,
              "Most tokens that a step guesses ahead for a sequence, by what followed the same tokens"
                  + " before, and checks at once; as many as are likely enough to be right, the fewer the"
                  + " larger the batch. The answer is the same with any value. 0: none.")
          .in("tokens")
          .live();
  static final ConfigKey<Double> DEADLINE_MARGIN =
      ConfigKey.decimal(
              "engine.deadline-margin",
              1.5,
              0,
              10,
              "While more wait than there is room for, a request with a deadline is begun if it has"
                  + " this many times as long left as answers like it take; else it ends with"
                  + " `deadline_exceeded` at once, and leaves its place to one that can be"
                  + " answered. 0: all are begun whose deadline has not passed.")
          .live();

  static final ConfigKey<Duration> BATCH_LINGER =
      ConfigKey.duration(
              "engine.batch-linger",
              "0ms",
              "0ms",
              "1s",
              "How long a step loop without work that gets a first sequence waits for others, up to"
                  + " `engine.max-batch`, before it steps.")
          .live();
  static final ConfigKey<Map<String, Double>> TENANT_WEIGHTS =
      ConfigKey.weights(
              "engine.tenant-weights",
              "Shares of tokens of tenants that wait at once with requests of one priority; a tenant"
                  + " that is not named has 1. Requests without tenant are `default`'s.")
          .live();
  static final ConfigKey<Duration> STEP_TIMEOUT =
      ConfigKey.duration(
          "engine.step-timeout",
          "2min",
          "0ms",
          "24h",
          "Longest time that the model may take for one step. Then it counts as hanging: it is given"
              + " up, with the memory that it holds, and the job restarts with a new engine. 0: it"
              + " may take for ever.");
  static final ConfigKey<Duration> LINGER =
      ConfigKey.duration(
          "engine.linger",
          "60s",
          "0ms",
          "24h",
          "How long a TaskManager keeps an engine that no job uses, so that a job's restart finds"
              + " weights and KV in place.");

  static final List<ConfigKey<?>> KEYS =
      List.of(
          STEP_LOOPS,
          MAX_BATCH,
          TOKEN_BUDGET,
          PREFILL_PERCENT,
          SPECULATIVE_TOKENS,
          DEADLINE_MARGIN,
          BATCH_LINGER,
          TENANT_WEIGHTS,
          STEP_TIMEOUT,
          LINGER);

  public static EngineSettings from(Settings settings) {
    return new EngineSettings(
        settings.get(STEP_LOOPS),
        settings.get(MAX_BATCH),
        settings.get(TOKEN_BUDGET),
        settings.get(PREFILL_PERCENT),
        settings.get(SPECULATIVE_TOKENS),
        settings.get(DEADLINE_MARGIN),
        settings.get(BATCH_LINGER),
        settings.get(TENANT_WEIGHTS),
        settings.get(STEP_TIMEOUT),
        settings.get(LINGER));
  }
}
