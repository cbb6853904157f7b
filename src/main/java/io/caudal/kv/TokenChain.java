package io.caudal.kv;

import com.dynatrace.hash4j.hashing.HashStream64;
import com.dynatrace.hash4j.hashing.Hashing;

/**
 * A block's identity: hash of its tokens chained to its parent's (vLLM's block hash). Two sequences
 * whose hashes agree at a position have the same tokens up to it, so the same KV.
 */
public final class TokenChain {
  /** The hash of no tokens. */
  public static final long ROOT = 0x6361756461_6cL;

  private TokenChain() {}

  /** The hash of the first {@code blocks} whole blocks of {@code tokens}. */
  public static long ofBlocks(int[] tokens, int blocks, int blockTokens) {
    long hash = ROOT;
    for (int i = 0; i < blocks; i++) {
      hash = extend(hash, tokens, i * blockTokens, (i + 1) * blockTokens);
    }
    return hash;
  }

  /** The hashes after each of the first {@code blocks} whole blocks. */
  public static long[] chain(int[] tokens, int blocks, int blockTokens) {
    long[] chain = new long[blocks];
    long hash = ROOT;
    for (int i = 0; i < blocks; i++) {
      hash = extend(hash, tokens, i * blockTokens, (i + 1) * blockTokens);
      chain[i] = hash;
    }
    return chain;
  }

  /** The hash after {@code tokens[from, to)} follow blocks that hash to {@code parent}. */
  public static long extend(long parent, int[] tokens, int from, int to) {
    HashStream64 hash = Hashing.xxh3_64().hashStream();
    hash.putLong(parent);
    for (int i = from; i < to; i++) {
      hash.putInt(tokens[i]);
    }
    return hash.getAsLong();
  }
}
