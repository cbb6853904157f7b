package io.caudal.kv.policy;

/**
 * What a policy is told of a request that used an entry.
 *
 * @param kind what the entry is now
 * @param branches ways in which what the entry builds on (the empty prefix at least) has been
 *     continued so far, this one included; 1 for all if the owner doesn't count them
 * @param outputTokens tokens that the request generated
 * @param rebuildCost cost to compute a token of the entry again, relative to others; 1 where all
 *     cost the same
 */
public record Use(Kind kind, int branches, int outputTokens, double rebuildCost) {

  /** What an entry is. */
  public enum Kind {
    /** The end of a session's KV. */
    SESSION,
    /** Tokens that several sessions begin with, or have gone on from differently. */
    SHARED,
    /** A block that is not full, where such are found again only by the very same request. */
    FRAGMENT
  }

  /** Rejects a cost that can't be compared. */
  public Use {
    if (!(rebuildCost > 0 && rebuildCost < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("a rebuild cost of " + rebuildCost);
    }
  }

  /** A turn of a session that shares nothing. */
  public static Use ofSession(int outputTokens, double rebuildCost) {
    return new Use(Kind.SESSION, 1, outputTokens, rebuildCost);
  }
}
