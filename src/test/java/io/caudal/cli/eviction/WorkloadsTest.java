package io.caudal.cli.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** ADAPTIVE isn't made for one workload. */
class WorkloadsTest {
  private static final List<Long> CAPACITIES = List.of(250L, 500L, 1000L, 2000L);

  /** What it may lose where nearly all that comes back fits, so that idle time alone tells all. */
  private static final double SLACK = 0.002;

  @Test
  void adaptive_keeps_more_of_conversations() {
    judge(Traces.conversations(1, 3000), 0);
  }

  @Test
  void adaptive_keeps_more_beside_scans() {
    judge(Traces.scans(1, 2000), 0);
  }

  @Test
  void adaptive_keeps_more_of_agents_or_as_much() {
    Trace trace = Traces.agents(1, 1500);
    judge(trace, SLACK);
    double lru = share(trace, SimulatedPolicy.LRU, 500);
    assertThat(share(trace, SimulatedPolicy.ADAPTIVE, 500)).isGreaterThan(lru + 0.04);
  }

  private static void judge(Trace trace, double slack) {
    for (long blocks : CAPACITIES) {
      double lru = share(trace, SimulatedPolicy.LRU, blocks);
      double lfu = share(trace, SimulatedPolicy.LFU, blocks);
      double adaptive = share(trace, SimulatedPolicy.ADAPTIVE, blocks);
      assertThat(adaptive + slack)
          .as("%d blocks: LRU %.4f, LFU %.4f", blocks, lru, lfu)
          .isGreaterThan(Math.max(lru, lfu));
    }
  }

  private static double share(Trace trace, SimulatedPolicy policy, long blocks) {
    return HitShare.of(trace, policy, blocks * trace.blockTokens(), 0, 1).hitShare();
  }
}
