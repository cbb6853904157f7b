package io.caudal.protocol;

/**
 * An exported session without its tokens and KV; each of its chunks says it.
 *
 * @param tenant whose it is; empty if nobody has said
 * @param turns requests answered
 * @param createdMillis epoch milliseconds
 * @param tokens tokens remembered
 * @param kvFrom the first token whose KV is exported
 * @param kvTokens the tokens up to the last whose KV is exported
 * @param blockTokens tokens of a KV block
 * @param model name of the model
 * @param fingerprint of the model's weights and shape
 * @param vocabulary fingerprint of its tokenizer
 */
public record SessionOrigin(
    String sessionId,
    String tenant,
    int turns,
    long createdMillis,
    int tokens,
    int kvFrom,
    int kvTokens,
    int blockTokens,
    String model,
    long fingerprint,
    long vocabulary) {}
