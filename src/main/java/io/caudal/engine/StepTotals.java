package io.caudal.engine;

/**
 * What a step loop has done since it began, and where its time went.
 *
 * @param steps forward passes
 * @param sequences that advanced, added up over steps
 * @param prefillNanos of forward passes, what their prefill cost: all of a pass in which nobody
 *     decodes; else what it took longer than passes that only decode
 * @param decodeNanos of forward passes, the rest
 * @param restoreNanos putting KV on the device
 * @param exportNanos copying KV from the device
 * @param otherNanos planning, sampling, text
 * @param preempted sequences that lost their room and had to wait again
 * @param notBegun sequences that could not be done by their deadlines
 * @param evicted idle sessions whose KV had to leave the device
 * @param guessed tokens that were computed ahead on a guess
 * @param accepted of them, those that were right
 */
public record StepTotals(
    long steps,
    long sequences,
    long prefillTokens,
    long decodeTokens,
    long prefillNanos,
    long decodeNanos,
    long restoreNanos,
    long exportNanos,
    long otherNanos,
    long preempted,
    long notBegun,
    long evicted,
    long guessed,
    long accepted) {
  public static final StepTotals NONE = new StepTotals(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  public StepTotals plus(StepTotals more) {
    return new StepTotals(
        steps + more.steps,
        sequences + more.sequences,
        prefillTokens + more.prefillTokens,
        decodeTokens + more.decodeTokens,
        prefillNanos + more.prefillNanos,
        decodeNanos + more.decodeNanos,
        restoreNanos + more.restoreNanos,
        exportNanos + more.exportNanos,
        otherNanos + more.otherNanos,
        preempted + more.preempted,
        notBegun + more.notBegun,
        evicted + more.evicted,
        guessed + more.guessed,
        accepted + more.accepted);
  }
}
