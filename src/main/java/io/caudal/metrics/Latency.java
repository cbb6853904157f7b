package io.caudal.metrics;

import java.util.Locale;

/** What is timed, in milliseconds, per request. Names are stable; entries are added only. */
public enum Latency {
  QUEUE_MS("Arrival on the topic until the first step, restore excluded."),
  RESTORE_MS("Reading and decoding the session's KV."),
  PREFILL_MS("First step until the first token."),
  DECODE_MS("First token until the last."),
  TTFT_MS("Arrival on the topic until the first token."),
  ITL_MS("Gap between two tokens of an answer."),
  TPOT_MS("Time per output token after the first."),
  ENCODE_MS("Encoding a turn's KV for state."),
  STATE_WRITE_MS("Writing a turn's tokens and KV to state, encoding excluded."),
  COMMIT_MS("Result left the operator until the checkpoint that commits it was complete."),
  TOTAL_MS("Arrival on the topic until the result left the operator.");

  private final String description;

  Latency(String description) {
    this.description = description;
  }

  /** The name on the wire, such as {@code ttft_ms}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public String description() {
    return description;
  }
}
