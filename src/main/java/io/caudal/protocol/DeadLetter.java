package io.caudal.protocol;

import io.caudal.error.ErrorCode;

/**
 * One record of the dead-letter topic: input that could not be understood.
 *
 * @param original the record's value as it came; on the wire in base64
 */
public record DeadLetter(
    ErrorCode code,
    String reason,
    String topic,
    int partition,
    long offset,
    long timestampMillis,
    byte[] original) {}
