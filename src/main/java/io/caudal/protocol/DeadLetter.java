package io.caudal.protocol;

import io.caudal.error.ErrorCode;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One record of the dead-letter topic: input that could not be understood.
 *
 * @param key the record's key as it came, on the wire in base64; null for none, or if it is longer
 *     than {@link #MOST_KEY_BYTES}
 * @param keyBytes bytes of the key; 0 for none
 * @param original the record's value as it came, cut at {@link #MOST_BYTES}; on the wire in base64
 * @param originalBytes bytes of the whole value; topic, partition and offset say where it is
 */
public record DeadLetter(
    ErrorCode code,
    String reason,
    String topic,
    int partition,
    long offset,
    long timestampMillis,
    byte @Nullable [] key,
    int keyBytes,
    byte[] original,
    int originalBytes) {

  /**
   * Bytes of the original that a dead letter carries: in base64 they stay under what Kafka takes by
   * default. A larger one would be refused, and stop the job.
   */
  public static final int MOST_BYTES = 700_000;

  /** Longer than the key of any session. */
  public static final int MOST_KEY_BYTES = 1024;

  /** A dead letter of a record, cut if need be. */
  public static DeadLetter of(
      ErrorCode code,
      String reason,
      String topic,
      int partition,
      long offset,
      long timestampMillis,
      byte @Nullable [] key,
      byte[] value) {
    int keyBytes = key == null ? 0 : key.length;
    return new DeadLetter(
        code,
        reason,
        topic,
        partition,
        offset,
        timestampMillis,
        keyBytes > MOST_KEY_BYTES ? null : key,
        keyBytes,
        value.length > MOST_BYTES ? Arrays.copyOf(value, MOST_BYTES) : value,
        value.length);
  }

  /** Whether key and value are here as they came, so that the record can be sent again. */
  public boolean isWhole() {
    return original.length == originalBytes && (key == null ? 0 : key.length) == keyBytes;
  }
}
