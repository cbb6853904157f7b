package io.caudal.stream.state;

/**
 * A session's KV in state.
 *
 * @param from the first token whose KV is there; those before are a beginning that others share
 * @param tokens the tokens up to the last whose KV is there
 * @param blockTokens tokens of a block when they were written
 * @param bytes of all blocks as they are encoded
 * @param tailBytes of these, of a last block that isn't full
 */
public record StoredKv(int from, int tokens, int blockTokens, long bytes, int tailBytes) {
  public static final StoredKv NONE = new StoredKv(0, 0, 0, 0, 0);
}
