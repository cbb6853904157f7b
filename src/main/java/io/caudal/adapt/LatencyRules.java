package io.caudal.adapt;

import static io.caudal.adapt.RuleText.say;

import java.util.List;

/** Rules for targets that are missed. */
final class LatencyRules {
  /** Beyond this, in targets, one counts as missed; below {@link #KEPT} as kept. */
  static final double MISSED = 1.1;

  static final double KEPT = 0.9;

  /** So many times further off its target is the other one, so that this one may get worse. */
  static final double MUCH = 1.5;

  static final List<Rule> ALL =
      List.of(
          new Rule(
              "slow-linger",
              "engine.batch-linger",
              false,
              w -> w.ttft() > MISSED && w.rank("engine.batch-linger") > 0 && !isFull(w),
              w ->
                  say(
                      "%s; a first sequence waits up to %s for others, %.1f sequences a step come of"
                          + " it: it will wait less",
                      RuleText.ttft(w), w.text("engine.batch-linger"), w.get("batch"))),
          new Rule(
              "slow-prefill",
              "engine.prefill-percent",
              true,
              w -> slowPrefill(w) && w.get("batch") >= 1.5,
              w ->
                  say(
                      "%s, prefill takes %.0f ms of it, %s: prompts may make others' steps longer",
                      RuleText.ttft(w), w.get("prefill_p95"), RuleText.itl(w))),
          new Rule(
              "slow-chunks",
              "engine.token-budget",
              true,
              w -> slowPrefill(w) && WorkRules.fillsBudget(w),
              w ->
                  say(
                      "%s, prefill takes %.0f ms of it at %.0f tokens a step of %s: larger chunks",
                      RuleText.ttft(w),
                      w.get("prefill_p95"),
                      w.get("step_prefill_tokens"),
                      w.text("engine.token-budget"))),
          new Rule(
              "long-gaps",
              "engine.prefill-percent",
              false,
              LatencyRules::longPrefill,
              w ->
                  say(
                      "%s, %.0f %% of steps' time is prefill: prompts may make others' steps less long",
                      RuleText.itl(w), 100 * w.get("prefill_share"))),
          new Rule(
              "long-steps",
              "engine.token-budget",
              false,
              w -> longPrefill(w) && w.rank("engine.token-budget") > 2 * w.get("batch"),
              w ->
                  say(
                      "%s, %.0f %% of steps' time is prefill: smaller chunks",
                      RuleText.itl(w), 100 * w.get("prefill_share"))),
          new Rule(
              "wide-batch",
              "engine.max-batch",
              false,
              w -> longGaps(w) && w.get("batch") > 0.5 * w.rank("engine.max-batch"),
              w ->
                  say(
                      "%s at %.1f sequences a step: fewer share a step",
                      RuleText.itl(w), w.get("batch"))));

  private LatencyRules() {}

  /** Whether steps have about as many sequences as they may, and more wait for a place. */
  static boolean isFull(Window w) {
    return w.get("batch") >= 0.7 * w.rank("engine.max-batch")
        && w.get("in_engine") > 1.2 * w.get("batch") * Math.max(1, w.get("loops"));
  }

  /** What shortens steps makes TTFT worse: it must be kept, or much less off its target. */
  private static boolean longGaps(Window w) {
    return w.itl() > MISSED && (w.ttft() < KEPT || w.itl() > MUCH * w.ttft());
  }

  private static boolean longPrefill(Window w) {
    return longGaps(w) && w.get("prefill_share") > 0.2;
  }

  private static boolean slowPrefill(Window w) {
    return w.ttft() > MISSED && w.get("prefill_p95") > 0.5 * w.get("ttft_p95") && w.itl() < KEPT;
  }
}
