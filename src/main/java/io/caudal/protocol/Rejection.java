package io.caudal.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Why a record was not taken. Somebody always hears of it: there is a request id to answer, a dead
 * letter, or both.
 *
 * @param requestId whom to answer with an error result; null when none could be read
 * @param sessionId the session the client named, for the result's key; null for none
 * @param arrivalMillis Kafka's timestamp of the record, epoch milliseconds
 * @param deadLetter set when the record could not be understood; null when it was well formed and
 *     only a value is out of range
 */
public record Rejection(
    Failure failure,
    @Nullable String requestId,
    @Nullable String sessionId,
    long arrivalMillis,
    @Nullable DeadLetter deadLetter) {}
