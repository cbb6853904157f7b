package io.caudal.kv;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a token run may begin with: given tokens, or whole blocks up to one with a given hash. */
public final class Beginning {
  private final int[] tokens;
  private final @Nullable Long chainHash;

  private Beginning(int[] tokens, @Nullable Long chainHash) {
    this.tokens = tokens;
    this.chainHash = chainHash;
  }

  public static Beginning ofTokens(int[] tokens) {
    return new Beginning(tokens.clone(), null);
  }

  /** Of a {@link TokenChain} hash. */
  public static Beginning ofHash(long chainHash) {
    return new Beginning(new int[0], chainHash);
  }

  /** How many of a run's first tokens tell; all of them for a hash. */
  public int needed(int runTokens) {
    return chainHash == null ? Math.min(runTokens, tokens.length) : runTokens;
  }

  /** Whether the run begins so; its first {@link #needed} tokens are enough. */
  public boolean begins(int[] run, int blockTokens) {
    if (chainHash == null) {
      return run.length >= tokens.length
          && Arrays.equals(run, 0, tokens.length, tokens, 0, tokens.length);
    }
    long hash = TokenChain.ROOT;
    for (int first = 0; first + blockTokens <= run.length; first += blockTokens) {
      hash = TokenChain.extend(hash, run, first, first + blockTokens);
      if (hash == chainHash) {
        return true;
      }
    }
    return false;
  }

  /** Whether the block ends before the beginning does. */
  boolean isWithin(KvBlock block) {
    return (block.index() + 1) * block.tokens() < tokens.length;
  }

  /**
   * Whether a run with this block in it may begin so.
   *
   * @param blockTokens of the block
   * @param parentIn whether it holds for the block before; true for the first block
   */
  boolean contains(KvBlock block, int[] blockTokens, boolean parentIn) {
    if (chainHash != null) {
      return block.chainHash() == chainHash || (block.index() > 0 && parentIn);
    }
    int first = block.index() * blockTokens.length;
    int n = Math.max(0, Math.min(blockTokens.length, tokens.length - first));
    return parentIn && (n == 0 || Arrays.equals(blockTokens, 0, n, tokens, first, first + n));
  }
}
