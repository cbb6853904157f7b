package io.caudal.engine;

import io.caudal.metrics.Timeline;
import io.caudal.schedule.Slice;
import java.util.List;

/**
 * Adds up where a step loop's time goes, and draws it on a timeline while that is on. The thread
 * that steps the engine calls; any may read {@link #totals}.
 */
public final class StepMeter {
  private final EngineClock clock;
  private Timeline timeline = new Timeline();
  private String track = "engine";
  private volatile StepTotals totals = StepTotals.NONE;
  private long stepNanos;

  /** Since the last step: KV is received between steps too. */
  private long restoreNanos;

  private long restoreNanosBefore;
  private long exportNanos;
  private int notBegun;
  private int evicted;
  private int guessed;
  private int accepted;

  StepMeter(EngineClock clock) {
    this.clock = clock;
  }

  /**
   * Before the first step.
   *
   * @param track name of the loop's track on the timeline
   */
  public void draw(Timeline on, String track) {
    this.timeline = on;
    this.track = track;
  }

  public StepTotals totals() {
    return totals;
  }

  long now() {
    return clock.nanos();
  }

  void begin() {
    stepNanos = now();
    restoreNanosBefore = restoreNanos;
    exportNanos = 0;
  }

  void restored(long sinceNanos, String request, int tokens) {
    long end = now();
    restoreNanos += end - sinceNanos;
    timeline.add(track, "restore", sinceNanos, end, request, tokens);
  }

  void exported(long sinceNanos, String request, int tokens) {
    long end = now();
    exportNanos += end - sinceNanos;
    timeline.add(track, "export", sinceNanos, end, request, tokens);
  }

  void notBegun() {
    notBegun++;
  }

  void evicted() {
    evicted++;
  }

  /** Of a sequence's guesses in this step, so many were right. */
  void guessed(int guesses, int right) {
    guessed += guesses;
    accepted += right;
  }

  /**
   * A step with a forward pass has ended.
   *
   * @param chunks of the slices, in their order
   * @param decodeOnlyNanos what a pass takes that only decodes, as far as is known
   */
  void end(
      List<Slice> slices,
      List<Chunk> chunks,
      long passStart,
      long passEnd,
      long decodeOnlyNanos,
      int preempted) {
    long end = now();
    long pass = passEnd - passStart;
    int decoding = 0;
    int prefilled = 0;
    for (Chunk chunk : chunks) {
      decoding += chunk.decodes() ? 1 : 0;
      prefilled += chunk.decodes() ? 0 : chunk.tokens().length;
    }
    long prefill = prefilled == 0 ? 0 : decoding == 0 ? pass : Math.max(0, pass - decodeOnlyNanos);
    totals =
        totals.plus(
            new StepTotals(
                1,
                chunks.size(),
                prefilled,
                decoding + accepted,
                prefill,
                pass - prefill,
                restoreNanos,
                exportNanos,
                Math.max(
                    0, end - stepNanos - pass - (restoreNanos - restoreNanosBefore) - exportNanos),
                preempted,
                notBegun,
                evicted,
                guessed,
                accepted));
    restoreNanos = 0;
    notBegun = 0;
    evicted = 0;
    guessed = 0;
    accepted = 0;
    if (timeline.isOn()) {
      timeline.add(track, "step", stepNanos, end, "", chunks.size());
      timeline.add(track, "forward", passStart, passEnd, "", prefilled + decoding);
      for (int i = 0; i < chunks.size(); i++) {
        int tokens = chunks.get(i).tokens().length;
        timeline.add(
            track + " slot " + chunks.get(i).slot(),
            chunks.get(i).decodes() ? "decode" : "prefill",
            passStart,
            passEnd,
            slices.get(i).sequence().requestId(),
            tokens);
      }
    }
  }
}
