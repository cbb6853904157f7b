package io.caudal.cli.bench;

/**
 * What a user puts up with. An answer is good if its first text came in time and its tokens after
 * that fast enough on average (goodput as in DistServe, Zhong et al. 2024).
 *
 * @param ttftMs intended start until the first text
 * @param itlMs mean time between tokens of one answer
 */
public record Slo(double ttftMs, double itlMs) {

  /**
   * @param tpotMs NaN for an answer of one token
   */
  boolean isMet(double ttft, double tpotMs) {
    return ttft <= ttftMs && !(tpotMs > itlMs);
  }
}
