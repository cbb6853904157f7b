package io.caudal.analytics.report;

import static io.caudal.analytics.report.RuleText.number;
import static io.caudal.analytics.report.RuleText.say;

import io.caudal.analytics.Text;
import io.caudal.config.RequestSettings;
import java.time.Duration;
import java.util.List;

/** Rules on what step loops do. */
final class EngineRules {
  /** Fewer requests than this say nothing. */
  private static final int ENOUGH = 4;

  /** Of {@code kv.device.tokens}. */
  private static final int LEAST_TOKENS = 256;

  /** The longest that limits of time may be. */
  private static final long A_DAY = 86_400_000;

  static final List<Rule> ALL =
      List.of(
          new Rule(
              "out-of-memory",
              "the device has no memory for its batches",
              f -> f.get("error_out_of_memory") > 0,
              f -> say("%.0f requests ended with out_of_memory", f.get("error_out_of_memory")),
              EngineRules::lessMemory),
          new Rule(
              "full-batch",
              "requests wait while every step is full",
              f ->
                  f.get("ended") >= ENOUGH
                      && f.get("batch") >= 0.7 * f.get("max_batch")
                      && f.get("in_engine") > 1.5 * f.get("max_batch") * f.get("loops"),
              f ->
                  say(
                      "%.1f sequences a step of %.0f at most, %.0f in the engine on average; queue"
                          + " is %s of requests' time",
                      f.get("batch"),
                      f.get("max_batch"),
                      f.get("in_engine"),
                      Text.percent(f.get("share_queue"))),
              f ->
                  Advice.set(
                      f,
                      "engine.max-batch",
                      Integer.toString(
                          (int)
                              Math.min(
                                  1_024,
                                  Math.max(
                                      2 * f.get("max_batch"),
                                      Math.min(16, f.get("in_engine") / f.get("loops"))))),
                      "more tokens a second and less queueing; each answer's tokens come slower")),
          new Rule(
              "starved-batch",
              "steps are nearly empty while requests are set aside",
              f ->
                  f.get("aside") >= 1
                      && f.get("at_hand") > 0.5 * number(f, "job.capacity") * f.get("subtasks")
                      && f.get("batch") < 0.5 * f.get("max_batch")
                      && f.get("running") < f.get("max_batch") * f.get("loops"),
              f ->
                  say(
                      "%.1f sequences a step of %.0f at most, while %.0f requests are set aside"
                          + " (job.capacity = %s)",
                      f.get("batch"), f.get("max_batch"), f.get("aside"), f.text("job.capacity")),
              f ->
                  Advice.set(
                      f,
                      "job.capacity",
                      Integer.toString(
                          Math.min(100_000, Math.max(512, 2 * number(f, "job.capacity")))),
                      "more sessions share a step; more requests in memory")),
          new Rule(
              "long-prompts",
              "long prompts make others wait for their next token",
              f ->
                  f.get("gaps") > 50
                      && f.get("loops_prefill") > 0.3
                      && f.get("itl_ms_p99") > 4 * f.get("itl_ms_p50")
                      && unbounded(f),
              f ->
                  say(
                      "prefill is %s of the step loops' work (%.0f new tokens a request); a gap"
                          + " between tokens is %.0f ms (p50) but %.0f ms (p99)",
                      Text.percent(f.get("loops_prefill")),
                      f.get("new_tokens"),
                      f.get("itl_ms_p50"),
                      f.get("itl_ms_p99")),
              f ->
                  Advice.set(
                      f,
                      "engine.prefill-percent",
                      "50",
                      "steps in which others decode get shorter; long prompts take longer to their"
                          + " first token")),
          new Rule(
              "timeouts",
              "requests end before they are answered",
              f -> f.get("error_timeout") > 0,
              f ->
                  say(
                      "%.0f of %.0f requests ended with timeout (request.timeout = %s); p95 of those"
                          + " answered: %.0f ms",
                      f.get("error_timeout"),
                      f.get("ended"),
                      f.text("request.timeout"),
                      f.get("total_ms_p95")),
              EngineRules::moreTime),
          new Rule(
              "busy-cpu",
              "the machine has no core left, and the TaskManager is what uses them",
              f ->
                  f.get("cpu_machine") > 0.95
                      && f.get("cpu") > 0.5
                      && f.get("loops") >= f.get("cores")
                      && loopsBesideOthers(f) < f.get("loops") / f.get("engines"),
              f ->
                  say(
                      "%s of %.0f cores are in use, %s by the TaskManager with %.0f step loops",
                      Text.percent(f.get("cpu_machine")),
                      f.get("cores"),
                      Text.percent(f.get("cpu")),
                      f.get("loops")),
              f ->
                  Advice.set(
                      f,
                      "engine.step-loops",
                      Integer.toString(loopsBesideOthers(f)),
                      "a core is left for Flink, Kafka and other processes; fewer tokens a"
                          + " second")));

  private EngineRules() {}

  /** Step loops of each engine that leave a core of each TaskManager to others. */
  private static int loopsBesideOthers(Figures f) {
    return (int) Math.max(1, (f.get("cores") - f.get("task_managers")) / f.get("engines"));
  }

  /** Idle KV, the step's tokens and its batch have made way already. */
  private static Advice lessMemory(Figures f) {
    return f.text("model.cpu-fallback").equals("false")
        ? Advice.set(
            f,
            "model.cpu-fallback",
            "true",
            "what a GPU has no memory for is answered on another, at last on the CPU, slower")
        : Advice.set(
            f,
            "kv.device.tokens",
            Integer.toString(Math.max(LEAST_TOKENS, number(f, "kv.device.tokens") / 2)),
            "more memory is left for steps; what can't fit is refused at once; fewer sessions stay"
                + " on the device");
  }

  /** The limit that most of them ran into, doubled. */
  private static Advice moreTime(Figures f) {
    RequestSettings limits = RequestSettings.from(f.settings());
    String effect = "fewer requests are given up; those that can't be answered are known later";
    double first = limits.firstTokenTimeout().isZero() ? 0 : f.get("first_token_timeouts");
    double decode = limits.decodeTimeout().isZero() ? 0 : f.get("decode_timeouts");
    if (f.get("error_timeout") - first - decode > Math.max(first, decode)) {
      return Advice.set(f, "request.timeout", longer(limits.timeout()), effect);
    }
    return first > decode
        ? Advice.set(f, "request.first-token-timeout", longer(limits.firstTokenTimeout()), effect)
        : Advice.set(f, "request.decode-timeout", longer(limits.decodeTimeout()), effect);
  }

  private static String longer(Duration limit) {
    return RuleText.time(Math.min(A_DAY, 2 * limit.toMillis()));
  }

  private static boolean unbounded(Figures f) {
    int percent = number(f, "engine.prefill-percent");
    return percent == 0 || percent > 50;
  }
}
