package io.caudal.kv.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LruPolicyTest extends EvictionPolicyContractTest {
  @Override
  EvictionPolicy<KvEntry> policy(long ttlMillis) {
    return new LruPolicy<>(ttlMillis);
  }

  @Test
  void who_was_used_longest_ago_goes() {
    EvictionPolicy<KvEntry> policy = policy(Long.MAX_VALUE);
    KvEntry a = new KvEntry(1);
    KvEntry b = new KvEntry(2);
    policy.used(a, Use.ofSession(1, 1), 0);
    policy.used(b, Use.ofSession(1, 1), 1);
    policy.resized(a, 1);
    policy.resized(b, 1);
    assertThat(policy.victim(2)).isSameAs(a);
    policy.used(a, Use.ofSession(1, 1), 3);
    assertThat(policy.victim(4)).isSameAs(b);
  }
}
