package io.caudal.protocol;

/**
 * Where a request's time went, in milliseconds.
 *
 * @param queueMs arrival on the topic until its first step was planned, restore excluded
 * @param restoreMs reading and decoding the session's KV
 * @param prefillMs first step until the first token
 * @param decodeMs first token until the last
 * @param ttftMs arrival on the topic until the first token
 * @param totalMs arrival on the topic until the result left the operator
 */
public record Timings(
    double queueMs,
    double restoreMs,
    double prefillMs,
    double decodeMs,
    double ttftMs,
    double totalMs) {
  public static final Timings NONE = new Timings(0, 0, 0, 0, 0, 0);
}
