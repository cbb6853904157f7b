package io.caudal.adapt;

import java.util.Locale;

/** Sentences of rules and verdicts. */
final class RuleText {
  private RuleText() {}

  static String say(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  static String ttft(Window w) {
    return target("TTFT", w.get("ttft_p95"), w.wanted().ttftTarget().toMillis());
  }

  static String itl(Window w) {
    return target("ITL", w.get("itl_p95"), w.wanted().itlTarget().toMillis());
  }

  private static String target(String name, double p95, long target) {
    return target == 0
        ? say("p95 %s is %.0f ms", name, p95)
        : say("p95 %s is %.0f ms, target %d ms", name, p95, target);
  }
}
