package io.caudal.metrics;

import java.util.Locale;

/** What is counted, since the task started. Names are stable; counters are added, never renamed. */
public enum Counter {
  REQUESTS("requests", "Requests taken in."),
  RESULTS_OK("requests", "Requests answered."),
  RESULTS_FAILED("requests", "Requests that ended with an error."),
  RESULTS_REPEATED("requests", "Stored results sent again for a repeated request id."),
  PROMPT_TOKENS("tokens", "Tokens of contexts that answers were generated from."),
  CACHED_TOKENS("tokens", "Prompt tokens whose KV was there before the first step."),
  COMPLETION_TOKENS("tokens", "Tokens generated."),
  DEVICE_HIT_TOKENS("tokens", "Of these, tokens whose KV was on the device."),
  HOST_HIT_TOKENS("tokens", "Of these, tokens whose KV was in host memory, or shared."),
  STATE_HIT_TOKENS("tokens", "Of these, tokens whose KV came from state."),
  RECOMPUTED_TOKENS("tokens", "Tokens of sessions' histories that were computed again."),
  REFUSED_RESTORE_TOKENS(
      "tokens", "Tokens whose KV is in state and was not read, for too much of others waited."),
  RESTORED_TOKENS("tokens", "Tokens whose KV was read back from state."),
  FIRST_TOKEN_TIMEOUTS("requests", "Requests that were given up because no token came in time."),
  DECODE_TIMEOUTS("requests", "Requests that were given up because their tokens took too long."),
  RESTORE_TIMEOUTS("sessions", "Sessions of whose KV only a part was read from state in time."),
  WARMED_TOKENS("tokens", "Tokens whose KV was brought to the device ahead of a turn."),
  RESTORED_BYTES("bytes", "Encoded KV blocks read from state."),
  STORED_BYTES("bytes", "Encoded KV blocks written to state."),
  STORED_RAW_BYTES("bytes", "The same blocks' size as the device holds them."),
  RESTORES("sessions", "Sessions whose KV was read from state when they returned."),
  RECOMPUTES("sessions", "Sessions whose KV was in state and computed again all the same."),
  RESTORE_PREDICTED_MICROS("us", "What the restores were expected to take."),
  RESTORE_ACTUAL_MICROS("us", "What the restores took."),
  RECOMPUTE_PREDICTED_MICROS("us", "What computing those again was expected to take."),
  RECOMPUTE_ACTUAL_MICROS("us", "What computing histories again took."),
  BLOCK_MISSES("blocks", "Stored KV blocks that could not be used."),
  SESSIONS_STARTED("sessions", "Sessions that began."),
  SESSIONS_ENDED("sessions", "Sessions forgotten: ended or expired.");

  private final String unit;
  private final String description;

  Counter(String unit, String description) {
    this.unit = unit;
    this.description = description;
  }

  /** The name on the wire, such as {@code prompt_tokens}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public String unit() {
    return unit;
  }

  public String description() {
    return description;
  }
}
