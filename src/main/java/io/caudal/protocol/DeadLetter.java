package io.caudal.protocol;

import io.caudal.error.ErrorCode;
import java.util.Arrays;

/**
 * One record of the dead-letter topic: input that could not be understood.
 *
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
    byte[] original,
    int originalBytes) {

  /**
   * Bytes of the original that a dead letter carries: in base64 they stay under what Kafka takes by
   * default. A larger one would be refused, and stop the job.
   */
  public static final int MOST_BYTES = 700_000;

  /** A dead letter of a value, cut if need be. */
  public static DeadLetter of(
      ErrorCode code,
      String reason,
      String topic,
      int partition,
      long offset,
      long timestampMillis,
      byte[] value) {
    byte[] kept = value.length > MOST_BYTES ? Arrays.copyOf(value, MOST_BYTES) : value;
    return new DeadLetter(
        code, reason, topic, partition, offset, timestampMillis, kept, value.length);
  }
}
