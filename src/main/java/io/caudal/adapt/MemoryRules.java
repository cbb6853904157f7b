package io.caudal.adapt;

import static io.caudal.adapt.RuleText.say;

import java.util.List;

/** Rules on where KV is, and what keeping it costs. */
final class MemoryRules {
  static final List<Rule> ALL =
      List.of(
          new Rule(
              "full-heap",
              "kv.waiting-bytes",
              false,
              MemoryRules::isHeapFull,
              w -> say("%s: less KV waits on it", heap(w))),
          new Rule(
              "full-heap-prefetch",
              "kv.prefetch-sessions",
              false,
              MemoryRules::isHeapFull,
              w -> say("%s: KV of fewer sessions is read ahead", heap(w))),
          new Rule(
              "cold-sessions",
              "kv.waiting-bytes",
              true,
              w -> w.get("refused_restore") > 0.05 && !isHeapFull(w),
              w ->
                  say(
                      "%.0f %% of prompt tokens had KV in state that was not read, for"
                          + " kv.waiting-bytes (%s) was full: more may wait",
                      100 * w.get("refused_restore"), w.text("kv.waiting-bytes"))),
          new Rule(
              "small-host-tier",
              "kv.host.bytes",
              true,
              w -> w.get("evicted") > 0 && w.get("host_fill") > 0.8 && missed(w) > 0.1,
              w ->
                  say(
                      "%.0f sessions had to leave the device, host memory (%s) is %.0f %% full, %.0f"
                          + " %% of prompt tokens came from state or were computed again: more of"
                          + " them will be found in host memory",
                      w.get("evicted"),
                      w.text("kv.host.bytes"),
                      100 * w.get("host_fill"),
                      100 * missed(w))),
          new Rule(
              "few-prefetched",
              "kv.prefetch-sessions",
              true,
              w ->
                  w.get("state_hits") > 0.1
                      && !isHeapFull(w)
                      && w.get("at_hand") > w.rank("kv.prefetch-sessions") * w.get("subtasks"),
              w ->
                  say(
                      "%.0f requests are at hand, KV of %s sessions a subtask is read ahead, %.0f %%"
                          + " of prompt tokens come from state: of more sessions",
                      w.get("at_hand"), w.text("kv.prefetch-sessions"), 100 * w.get("state_hits"))),
          new Rule(
              "poor-eviction",
              "kv.eviction-policy",
              true,
              w -> w.get("evicted") > 0.5 * w.get("ended") && missed(w) > 0.1,
              w ->
                  say(
                      "%.0f sessions had to leave the device in %.0f requests with policy %s, %.0f"
                          + " %% of prompt tokens came from state or were computed again: the next"
                          + " policy",
                      w.get("evicted"),
                      w.get("ended"),
                      w.text("kv.eviction-policy"),
                      100 * missed(w))),
          encoding("costly-ratio", "kv.compression-ratio", "true", 0.05),
          encoding("costly-compression", "kv.use-compression", "true", 0.1),
          encoding("costly-zstd", "kv.compression", "false", 0.1),
          encoding("costly-codec", "kv.codec", "false", 0.1),
          new Rule(
              "slow-restore",
              "kv.compression",
              true,
              w ->
                  w.get("restore_p95") > 0.3 * w.get("ttft_p95")
                      && w.get("state_hits") > 0.2
                      && w.get("encode_share") < 0.05
                      && w.text("kv.use-compression").equals("false"),
              w ->
                  say(
                      "reading KV from state takes %.0f of %.0f ms to the first token (p95): smaller"
                          + " blocks, lossless",
                      w.get("restore_p95"), w.get("ttft_p95"))));

  private MemoryRules() {}

  private static double missed(Window w) {
    return w.get("state_hits") + w.get("recomputed");
  }

  private static boolean isHeapFull(Window w) {
    return w.get("heap_fill") > 0.9 || w.get("gc") > 0.1;
  }

  private static String heap(Window w) {
    return say(
        "%.0f %% of the heap is live, %.0f %% of the time goes to garbage collection",
        100 * w.get("heap_fill"), 100 * w.get("gc"));
  }

  private static Rule encoding(String name, String key, String byRatio, double share) {
    return new Rule(
        name,
        key,
        false,
        w -> w.get("encode_share") > share && w.text("kv.use-compression").equals(byRatio),
        w ->
            say(
                "encoding KV for state takes %.0f %% of what step loops work: encode less",
                100 * w.get("encode_share")));
  }
}
