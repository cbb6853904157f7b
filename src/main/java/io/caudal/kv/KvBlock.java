package io.caudal.kv;

import java.nio.ByteBuffer;

/**
 * Keys and values of consecutive token positions of one sequence, not encoded.
 *
 * @param index position in the block table; the block starts at token {@code index * blockTokens}
 * @param tokens token positions held, from 1 to {@code blockTokens}; only a last block holds fewer
 * @param chainHash {@link TokenChain} hash of every token of the sequence up to this block's end
 * @param data {@code [layers, 2, kvHeads, tokens, headDim]} in the shape's dtype, little-endian,
 *     from position 0 to its limit
 */
public record KvBlock(int index, int tokens, long chainHash, ByteBuffer data) {}
