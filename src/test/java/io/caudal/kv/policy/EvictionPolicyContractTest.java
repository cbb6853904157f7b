package io.caudal.kv.policy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What every eviction policy keeps to. */
abstract class EvictionPolicyContractTest {
  private static final long TTL = 3_600_000;

  private final EvictionPolicy<KvEntry> policy = policy(TTL);

  abstract EvictionPolicy<KvEntry> policy(long ttlMillis);

  @Test
  void an_empty_tier_has_no_victim() {
    assertThat(policy.victim(0)).isNull();
  }

  @Test
  void what_is_pinned_is_no_victim_until_it_is_unpinned_as_often() {
    KvEntry entry = add(1, 0);
    policy.pin(entry);
    policy.pin(entry);
    assertThat(policy.victim(1)).isNull();
    policy.unpin(entry);
    assertThat(policy.victim(1)).isNull();
    policy.unpin(entry);
    assertThat(policy.victim(1)).isSameAs(entry);
  }

  @Test
  void unpinning_what_is_not_pinned_is_a_broken_invariant() {
    KvEntry entry = add(1, 0);
    assertThatThrownBy(() -> policy.unpin(entry)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_victim_stays_it_until_it_is_gone() {
    add(1, 0);
    add(2, 10);
    KvEntry victim = victim(policy, 20);
    policy.resized(victim, victim.tokens() - 100);
    assertThat(policy.victim(20)).isSameAs(victim);
    policy.resized(victim, 0);
    assertThat(policy.victim(20)).isNotNull().isNotSameAs(victim);
  }

  @Test
  void what_is_forgotten_is_no_victim() {
    KvEntry entry = add(1, 0);
    policy.forget(entry);
    assertThat(policy.victim(1)).isNull();
  }

  @Test
  void what_is_past_its_ttl_goes_first() {
    KvEntry old = add(1, 0);
    for (int turn = 1; turn < 10; turn++) {
      policy.used(old, Use.ofSession(100, 1), turn * 1000L);
    }
    add(2, 9000 + TTL - 1);
    assertThat(policy.victim(9000 + TTL)).isSameAs(old);
  }

  @Test
  void the_head_of_a_split_has_the_history_of_the_whole() {
    KvEntry tail = add(1, 0);
    policy.used(tail, Use.ofSession(100, 1), 5000);
    KvEntry head = new KvEntry(2);
    policy.split(head, tail);
    policy.resized(head, 500);
    policy.resized(tail, 500);
    policy.pin(tail);
    assertThat(policy.victim(6000)).isSameAs(head);
    assertThat(head.uses).isEqualTo(2);
    assertThat(policy.victim(5000 + TTL)).isSameAs(head);
  }

  @Test
  void the_same_calls_give_the_same_victims_and_all_of_them() {
    List<Long> first = victims(new SplittableRandom(7));
    assertThat(first).isEqualTo(victims(new SplittableRandom(7))).hasSizeGreaterThan(1000);
  }

  /** Random use of 500 entries, of which 100 fit; ids of who had to go. */
  private List<Long> victims(SplittableRandom random) {
    EvictionPolicy<KvEntry> one = policy(TTL);
    List<KvEntry> entries = new ArrayList<>();
    for (int id = 0; id < 500; id++) {
      entries.add(new KvEntry(id));
    }
    List<Long> victims = new ArrayList<>();
    int here = 0;
    long now = 0;
    for (int i = 0; i < 20_000; i++) {
      now += random.nextInt(2000);
      KvEntry entry = entries.get(random.nextInt(1 + random.nextInt(500)));
      if (entry.tokens() == 0 && here == 100) {
        KvEntry victim = victim(one, now);
        assertThat(victim.tokens()).isPositive();
        one.resized(victim, 0);
        victims.add(victim.id);
        here--;
      }
      here += entry.tokens() == 0 ? 1 : 0;
      one.resized(entry, 100);
      one.used(entry, Use.ofSession(random.nextInt(1000), 1 + random.nextInt(3)), now);
    }
    for (; here > 0; here--) {
      one.resized(victim(one, now), 0);
    }
    assertThat(one.victim(now)).isNull();
    return victims;
  }

  private static KvEntry victim(EvictionPolicy<KvEntry> policy, long now) {
    return requireNonNull(policy.victim(now));
  }

  private KvEntry add(long id, long now) {
    KvEntry entry = new KvEntry(id);
    policy.used(entry, Use.ofSession(100, 1), now);
    policy.resized(entry, 1000);
    return entry;
  }
}
