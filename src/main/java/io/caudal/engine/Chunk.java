package io.caudal.engine;

/**
 * The part of one sequence that a step computes.
 *
 * @param slot the runner's slot that holds the sequence's KV
 * @param tokens ids at positions {@code [firstPosition, firstPosition + tokens.length)}; the slot
 *     holds KV for all positions before
 * @param wantsLogits whether the last position's logits are needed; false inside a prefill
 */
public record Chunk(int slot, int firstPosition, int[] tokens, boolean wantsLogits) {}
