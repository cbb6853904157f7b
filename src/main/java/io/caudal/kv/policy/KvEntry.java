package io.caudal.kv.policy;

/**
 * What can be evicted from a tier: a session's KV, or a run of blocks that several sessions share.
 * The tier's owner extends it; the fields are the policy's, and an entry is in one policy only.
 */
public class KvEntry {
  /** Order of making, which breaks ties. */
  final long id;

  long tokens;
  int pins;
  int uses;
  long lastUsed;

  /** Mean time between uses, recent ones counting most; -1 before the second use. */
  long gapMillis = -1;

  /** Whether it is in the policy's order of victims. */
  boolean candidate;

  /** {@link LfuPolicy}: uses since it came. */
  int usesHere;

  // AdaptivePolicy: kind of entry, bucket of its idle time (-1: not followed) and when that ends.
  int trait;
  int cost;
  int bucket = -1;
  long bucketEnds;

  /**
   * @param id unique in its policy; the lower one is the first victim of two that are alike
   */
  public KvEntry(long id) {
    this.id = id;
  }

  /** Tokens on the tier. */
  public final long tokens() {
    return tokens;
  }
}
