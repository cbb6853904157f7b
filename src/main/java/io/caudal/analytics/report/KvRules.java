package io.caudal.analytics.report;

import static io.caudal.analytics.report.RuleText.bytes;
import static io.caudal.analytics.report.RuleText.number;
import static io.caudal.analytics.report.RuleText.say;
import static io.caudal.analytics.report.RuleText.size;

import io.caudal.analytics.Text;
import io.caudal.config.KvSettings;
import java.util.List;

/** Rules on where KV is, and what keeping it costs. */
final class KvRules {
  private static final int ENOUGH = 4;
  private static final long MB = 1 << 20;

  static final List<Rule> ALL =
      List.of(
          new Rule(
              "cold-sessions",
              "returning sessions are computed again instead of read from state",
              f -> f.get("refused_restore") > 0.05 && f.get("recomputed") > 0.05,
              f ->
                  say(
                      "%s of prompt tokens are history whose KV was nowhere at hand; for %s it was"
                          + " in state, but what may wait on the heap (kv.waiting-bytes = %s) was"
                          + " full",
                      Text.percent(f.get("recomputed")),
                      Text.percent(f.get("refused_restore")),
                      f.text("kv.waiting-bytes")),
              KvRules::moreWaiting),
          new Rule(
              "small-host-tier",
              "sessions come back from state that host memory could have held",
              f ->
                  f.get("evicted") > 0
                      && f.get("state_hits") + f.get("recomputed") > 0.2
                      && f.get("host_fill") > 0.8,
              f ->
                  say(
                      "%s of prompt tokens were read from state, %s computed again; %.0f sessions"
                          + " had to leave the device; host memory is full (kv.host.bytes = %s)",
                      Text.percent(f.get("state_hits")),
                      Text.percent(f.get("recomputed")),
                      f.get("evicted"),
                      f.text("kv.host.bytes")),
              f ->
                  Advice.set(
                      f,
                      "kv.host.bytes",
                      bytes(Math.max(128 * MB, 2 * size(f, "kv.host.bytes"))),
                      "from then on, sessions that leave the device come back without a read of"
                          + " state; so much more memory off the heap")),
          new Rule(
              "thrashing-tier",
              "the device holds too few sessions: they take each other's place",
              f ->
                  f.get("ended") >= ENOUGH
                      && f.get("evicted") > 0.5 * f.get("ended")
                      && f.get("device_fill") > 0.5,
              f ->
                  say(
                      "%.0f sessions had to leave the device in %.0f requests; %s of its KV room is"
                          + " in use; of prompt tokens %s were read from state, %s computed again",
                      f.get("evicted"),
                      f.get("ended"),
                      Text.percent(f.get("device_fill")),
                      Text.percent(f.get("state_hits")),
                      Text.percent(f.get("recomputed"))),
              f ->
                  Advice.set(
                      f,
                      "kv.device.tokens",
                      Integer.toString(
                          (int) Math.min(Integer.MAX_VALUE, 4L * number(f, "kv.device.tokens"))),
                      "more sessions stay on the device; so much more device memory")),
          new Rule(
              "compression-cost",
              "encoding KV for state costs much of the work",
              f -> compresses(f) && f.get("encode_share") > 0.1,
              f ->
                  say(
                      "encoding took %s, %s of what step loops worked; blocks are %.1f times smaller for"
                          + " it",
                      Text.millis((long) f.get("ms_encode")),
                      Text.percent(f.get("encode_share")),
                      f.get("compression")),
              KvRules::withoutCompression),
          new Rule(
              "full-heap",
              "garbage collection takes much of the time",
              f -> f.get("gc") > 0.1 || f.get("heap_fill") > 0.9,
              f ->
                  say(
                      "%s of the time goes to garbage collection; %s of the heap is live",
                      Text.percent(f.get("gc")), Text.percent(f.get("heap_fill"))),
              KvRules::lessHeap));

  private KvRules() {}

  private static Advice moreWaiting(Figures f) {
    long waiting = size(f, "kv.waiting-bytes");
    long most = KvSettings.mostWaiting(f.get("heap_bytes")) / MB * MB;
    return waiting < most
        ? Advice.set(
            f,
            "kv.waiting-bytes",
            bytes(Math.min(most, Math.max(128 * MB, 2 * waiting))),
            "histories are read, not computed; more of the JVM's heap is used when many return at"
                + " once")
        : Advice.elsewhere(
            "taskmanager.memory.process.size",
            "more than it is",
            "half of the JVM's heap is all that KV may take while it waits; so much more memory");
  }

  private static Advice lessHeap(Figures f) {
    long set = size(f, "kv.waiting-bytes");
    long waiting = Math.min(set, KvSettings.mostWaiting(f.get("heap_bytes")) / MB * MB);
    return waiting > MB
        ? Advice.set(
            f,
            "kv.waiting-bytes",
            bytes(Math.max(MB, waiting / 2 / MB * MB)),
            "less KV waits on the heap; more of it is computed again under load; if that is not it:"
                + " more taskmanager.memory.process.size")
        : Advice.elsewhere(
            "taskmanager.memory.process.size",
            "more than it is",
            "garbage collection finds free memory sooner; so much more memory");
  }

  private static boolean compresses(Figures f) {
    return f.text("kv.use-compression").equals("true")
        || !f.text("kv.compression").equals("none")
        || !f.text("kv.codec").equals("none");
  }

  private static Advice withoutCompression(Figures f) {
    String effect =
        say(
            "the task thread has that time for other sessions; KV in state gets %.1f times larger",
            f.get("compression"));
    if (f.text("kv.use-compression").equals("true")) {
      return Advice.set(f, "kv.use-compression", "false", effect);
    }
    return f.text("kv.compression").equals("none")
        ? Advice.set(f, "kv.codec", "none", effect)
        : Advice.set(f, "kv.compression", "none", effect);
  }
}
