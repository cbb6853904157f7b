package io.caudal.kv.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

class AdaptivePolicyTest extends EvictionPolicyContractTest {
  private static final int ANSWER = 500;

  @Override
  EvictionPolicy<KvEntry> policy(long ttlMillis) {
    return new AdaptivePolicy<>(ttlMillis);
  }

  @Test
  void who_has_seen_nothing_ranks_by_idle_time() {
    EvictionPolicy<KvEntry> policy = policy(Long.MAX_VALUE);
    KvEntry old = here(policy, 1, 0, 1);
    here(policy, 2, 60_000, 1);
    assertThat(policy.victim(61_000)).isSameAs(old);
  }

  @Test
  void of_two_alike_the_one_that_costs_less_to_rebuild_goes() {
    EvictionPolicy<KvEntry> policy = policy(Long.MAX_VALUE);
    here(policy, 1, 0, 4);
    KvEntry cheap = here(policy, 2, 0, 1);
    assertThat(policy.victim(10)).isSameAs(cheap);
  }

  /** A session comes every second; half of them come back once, after 100 s, the others never. */
  @Test
  void a_session_whose_time_has_passed_goes_before_one_whose_time_is_still_to_come() {
    EvictionPolicy<KvEntry> policy = policy(Long.MAX_VALUE);
    Deque<KvEntry> waiting = new ArrayDeque<>();
    for (int second = 0; second < 2000; second++) {
      KvEntry next = new KvEntry(second);
      policy.used(next, Use.ofSession(ANSWER, 1), second * 1000L);
      waiting.add(next);
      if (waiting.size() > 100) {
        KvEntry due = waiting.remove();
        if (due.id % 2 == 0) {
          policy.used(due, Use.ofSession(ANSWER, 1), second * 1000L);
        }
      }
    }
    KvEntry missed = here(policy, 5000, 2_000_000, 1);
    KvEntry almost = here(policy, 5001, 2_060_000, 1);
    KvEntry fresh = here(policy, 5002, 2_120_000, 1);
    assertThat(policy.victim(2_150_000)).as("150 s idle: it won't come back").isSameAs(missed);
    policy.forget(missed);
    assertThat(policy.victim(2_150_000)).as("60 s longer to wait for").isSameAs(fresh);
    policy.forget(fresh);
    assertThat(policy.victim(2_150_000)).isSameAs(almost);
  }

  /** Sessions of a short answer never come back, the others always do. */
  @Test
  void a_session_that_is_like_those_that_came_back_stays() {
    EvictionPolicy<KvEntry> policy = policy(Long.MAX_VALUE);
    for (int i = 0; i < 1000; i++) {
      KvEntry chat = new KvEntry(2L * i);
      policy.used(chat, Use.ofSession(ANSWER, 1), i * 10_000L);
      policy.used(new KvEntry(2L * i + 1), Use.ofSession(3, 1), i * 10_000L);
      policy.used(chat, Use.ofSession(ANSWER, 1), i * 10_000L + 9000);
    }
    KvEntry chat = new KvEntry(5000);
    KvEntry once = new KvEntry(5001);
    policy.used(chat, Use.ofSession(ANSWER, 1), 10_000_000);
    policy.used(once, Use.ofSession(3, 1), 10_003_000);
    policy.resized(chat, 10);
    policy.resized(once, 10);
    assertThat(policy.victim(10_004_000)).isSameAs(once);
  }

  private static KvEntry here(EvictionPolicy<KvEntry> policy, long id, long now, double cost) {
    KvEntry entry = new KvEntry(id);
    policy.used(entry, Use.ofSession(ANSWER, cost), now);
    policy.resized(entry, 1000);
    return entry;
  }
}
