package io.caudal.protocol;

import java.util.List;

/**
 * What a job knows of a session.
 *
 * @param tenant whose it is; empty if nobody has said
 * @param turns requests answered
 * @param tokens tokens remembered
 * @param kvTokens the tokens up to the last whose KV is in state
 * @param kvBytes bytes of its KV in state
 * @param tier the fastest one that has its KV: {@code device}, {@code host}, {@code state} or
 *     {@code none}
 * @param busy whether a request of it is queued or runs
 * @param createdMillis epoch milliseconds
 * @param lastUsedMillis epoch milliseconds
 * @param expiresMillis when it is forgotten unless it is used, epoch milliseconds
 * @param pinned whether its KV leaves faster tiers after all others
 * @param chain hashes of its first whole blocks, in hexadecimal; empty in lists
 */
public record SessionInfo(
    String sessionId,
    String tenant,
    int turns,
    int tokens,
    int kvTokens,
    long kvBytes,
    String tier,
    boolean busy,
    long createdMillis,
    long lastUsedMillis,
    long expiresMillis,
    boolean pinned,
    List<String> chain) {}
