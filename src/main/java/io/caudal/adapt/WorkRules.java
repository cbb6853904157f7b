package io.caudal.adapt;

import static io.caudal.adapt.RuleText.say;

import java.util.List;

/** Rules for more tokens a second, while targets are kept. */
final class WorkRules {
  static final List<Rule> ALL =
      List.of(
          new Rule(
              "full-batch",
              "engine.max-batch",
              true,
              // Where both targets are missed, the one that is missed by more decides.
              w ->
                  LatencyRules.isFull(w)
                      && w.itl() < Math.max(LatencyRules.KEPT, w.ttft() / LatencyRules.MUCH),
              w ->
                  say(
                      "%.1f of %s sequences a step, %.0f in the engine, %s, %s: more share a step",
                      w.get("batch"),
                      w.text("engine.max-batch"),
                      w.get("in_engine"),
                      RuleText.ttft(w),
                      RuleText.itl(w))),
          new Rule(
              "small-chunks",
              "engine.token-budget",
              true,
              w -> w.get("prefill_share") > 0.4 && fillsBudget(w) && w.itl() < 0.7,
              w ->
                  say(
                      "%.0f %% of steps' time is prefill, %.0f tokens a step of %s, %s: larger chunks",
                      100 * w.get("prefill_share"),
                      w.get("step_prefill_tokens"),
                      w.text("engine.token-budget"),
                      RuleText.itl(w))),
          new Rule(
              "held-prefill",
              "engine.prefill-percent",
              true,
              w ->
                  w.get("prefill_share") > 0.4
                      && w.get("loops_busy") > 0.9
                      && w.get("batch") >= 2
                      && w.itl() < 0.5,
              w ->
                  say(
                      "step loops are %.0f %% busy, %.0f %% of it prefill, %s: prompts may make"
                          + " others' steps longer",
                      100 * w.get("loops_busy"), 100 * w.get("prefill_share"), RuleText.itl(w))),
          new Rule(
              "lonely-steps",
              "engine.batch-linger",
              true,
              w ->
                  w.get("cpu") > 0.9
                      && w.get("loops_busy") < 0.5
                      && w.get("batch") < 2
                      && w.ttft() < 0.5,
              w ->
                  say(
                      "%.0f %% of the processor is in use and a step has %.1f sequences, %s: a first"
                          + " one waits for others",
                      100 * w.get("cpu"), w.get("batch"), RuleText.ttft(w))),
          new Rule(
              "crowded-cores",
              "engine.step-loops",
              false,
              w ->
                  w.get("cpu") > 0.95
                      && w.rank("engine.step-loops") >= w.get("cores_each")
                      && w.get("emitting") > 0.2,
              w ->
                  say(
                      "%.0f %% of the processor is in use by %s step loops on %.0f cores, and subtasks"
                          + " wait %.0f %% of their time to hand records on: a core is left for that",
                      100 * w.get("cpu"),
                      w.text("engine.step-loops"),
                      w.get("cores_each"),
                      100 * w.get("emitting"))),
          new Rule(
              "idle-cores",
              "engine.step-loops",
              true,
              w ->
                  w.text("model.cpus").isEmpty()
                      && w.get("loops_busy") > 0.9
                      && w.get("cpu") < 0.7
                      && w.rank("engine.step-loops") < w.get("cores_each")
                      && w.get("in_engine") > 1.2 * w.get("batch") * w.get("loops"),
              w ->
                  say(
                      "%s step loops are %.0f %% busy, %.0f %% of %.0f cores are in use, and %.0f"
                          + " requests are in the engine: another loop",
                      w.text("engine.step-loops"),
                      100 * w.get("loops_busy"),
                      100 * w.get("cpu"),
                      w.get("cores_each"),
                      w.get("in_engine"))),
          new Rule(
              "vain-guesses",
              "engine.speculative-tokens",
              false,
              w -> w.get("guessed") > 0.2 && w.get("accepted") < 0.3,
              w -> say("%s: fewer are guessed", guesses(w))),
          new Rule(
              "good-guesses",
              "engine.speculative-tokens",
              true,
              w -> w.get("guessed") > 0.5 && w.get("accepted") > 0.8,
              w -> say("%s: more are guessed", guesses(w))));

  private WorkRules() {}

  /** Whether prefill takes about what the token budget allows. */
  static boolean fillsBudget(Window w) {
    return w.get("step_prefill_tokens") > 0.5 * w.rank("engine.token-budget");
  }

  private static String guesses(Window w) {
    return say(
        "%.2f tokens are guessed ahead for each that is generated, %.0f %% of them right",
        w.get("guessed"), 100 * w.get("accepted"));
  }
}
