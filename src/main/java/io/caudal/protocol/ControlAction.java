package io.caudal.protocol;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Something that every subtask does once, as its part of a control record.
 *
 * @param tenant whose sessions; null for everybody's
 * @param prefix text that the sessions or the KV begin with; null if it doesn't matter
 * @param prefixHash as {@code prefix}, by the hash of a block chain; null if it doesn't matter
 * @param tier where KV is removed
 * @param notAfterMillis later it is refused, epoch milliseconds; a job that reads the topic from
 *     its beginning must not do again what was asked long ago
 */
public record ControlAction(
    Kind kind,
    @Nullable String tenant,
    @Nullable String prefix,
    @Nullable Long prefixHash,
    CacheTier tier,
    long notAfterMillis) {

  /** The longest that results may be held; requests are taken in meanwhile. */
  public static final Duration LONGEST_HOLD = Duration.ofHours(1);

  /** What to do. */
  public enum Kind {
    /** Remove KV that can be computed again. */
    CLEAR_CACHE,
    /** Tell of all sessions. */
    LIST_SESSIONS,
    /** Keep results back until {@link ControlAction#heldUntil}, so that the job can be stopped. */
    HOLD_RESULTS,
    /** Go on with results. */
    RELEASE_RESULTS
  }

  /** Until when results that are held from {@code nowMillis} on are held, epoch milliseconds. */
  public long heldUntil(long nowMillis) {
    return Math.min(notAfterMillis, nowMillis + LONGEST_HOLD.toMillis());
  }
}
