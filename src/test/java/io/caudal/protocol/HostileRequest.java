package io.caudal.protocol;

import org.jspecify.annotations.Nullable;

/**
 * A record that a broken or hostile client might send.
 *
 * @param kind of trouble, for messages
 * @param requestId the id that the record has, readable or not; no other record of the run has it,
 *     but for those of the kind {@code DUPLICATE}
 */
public record HostileRequest(
    HostileKind kind, String requestId, byte @Nullable [] key, byte @Nullable [] value) {}
