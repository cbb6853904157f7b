package io.caudal.cli.eviction;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A row of the result.
 *
 * @param hitShare blocks found in an unbroken prefix, of all blocks requested
 */
record HitShare(
    SimulatedPolicy policy,
    @JsonProperty("capacity_tokens") long capacityTokens,
    @JsonProperty("hit_share") double hitShare) {

  /** Counts requests from the first share of the trace to the last; those before warm it up. */
  static HitShare of(
      Trace trace, SimulatedPolicy policy, long capacityTokens, double from, double to) {
    int[] hits = policy.hits(trace, capacityTokens / trace.blockTokens());
    long hit = 0;
    long asked = 0;
    int end = (int) (to * hits.length);
    for (int i = (int) (from * hits.length); i < end; i++) {
      hit += hits[i];
      asked += trace.requests().get(i).blocks().length;
    }
    return new HitShare(policy, capacityTokens, asked == 0 ? 0 : (double) hit / asked);
  }
}
