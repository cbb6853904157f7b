package io.caudal.kv.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LfuPolicyTest extends EvictionPolicyContractTest {
  @Override
  EvictionPolicy<KvEntry> policy(long ttlMillis) {
    return new LfuPolicy<>(ttlMillis);
  }

  @Test
  void who_was_used_least_since_it_came_goes() {
    EvictionPolicy<KvEntry> policy = policy(Long.MAX_VALUE);
    KvEntry often = new KvEntry(1);
    KvEntry once = new KvEntry(2);
    policy.resized(often, 1);
    policy.resized(once, 1);
    policy.used(often, Use.ofSession(1, 1), 0);
    policy.used(often, Use.ofSession(1, 1), 1);
    policy.used(once, Use.ofSession(1, 1), 2);
    assertThat(policy.victim(3)).isSameAs(once);
    policy.resized(often, 0);
    policy.resized(often, 1);
    assertThat(policy.victim(3)).as("its uses count from when it came").isSameAs(often);
  }
}
