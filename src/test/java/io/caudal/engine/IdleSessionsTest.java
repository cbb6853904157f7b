package io.caudal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.config.Eviction;
import io.caudal.engine.IdleSessions.Idle;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class IdleSessionsTest {
  private long nowMillis;
  private final EngineClock clock =
      new EngineClock() {
        @Override
        public long millis() {
          return nowMillis;
        }

        @Override
        public long nanos() {
          return nowMillis * 1_000_000;
        }
      };
  private final IdleSessions idle = new IdleSessions(clock, 100);

  @ParameterizedTest
  @EnumSource(Eviction.class)
  void the_one_idle_longest_goes_first_while_nothing_else_is_known(Eviction policy) {
    idle.setPolicy(policy);
    leave("a");
    leave("b");
    leave("c");
    assertThat(evictAll()).containsExactly("a", "b", "c");
    assertThat(idle.room()).isZero();
  }

  @Test
  void a_session_that_waits_for_its_turn_goes_last() {
    leave("a");
    leave("b");
    idle.want("a");
    assertThat(evictAll()).containsExactly("b", "a");
  }

  @Test
  void a_pinned_session_goes_after_all_others_until_it_is_unpinned() {
    idle.setPinned("a", true);
    idle.setPinned("b", true);
    leave("a");
    leave("b");
    leave("c");
    leave("d");
    idle.want("c");
    idle.setPinned("b", false);
    assertThat(evictAll()).containsExactly("b", "d", "c", "a");
  }

  @Test
  void a_session_that_no_longer_waits_goes_in_its_order() {
    leave("a");
    leave("b");
    idle.want("a");
    idle.unwant("a");
    assertThat(idle.victim()).isEqualTo("a");
  }

  @Test
  void
      a_session_that_comes_every_second_stays_longer_than_a_new_one_of_a_kind_that_never_comes_back() {
    for (int i = 0; i < 300; i++) {
      idle.take("often");
      leave("often");
      leave("once-" + i);
      idle.take("once-" + i);
    }
    leave("new");
    assertThat(idle.victim()).isEqualTo("new");
    idle.setPolicy(Eviction.LRU);
    assertThat(idle.victim()).isEqualTo("often");
  }

  @Test
  void room_of_who_waits_or_is_pinned_is_not_for_others() {
    leave("a");
    leave("b");
    leave("c");
    idle.want("a");
    idle.setPinned("a", true);
    idle.setPinned("b", true);
    idle.setPinned("elsewhere", true);
    assertThat(idle.unwantedRoom()).isEqualTo(64);
    idle.unwant("a");
    assertThat(idle.unwantedRoom()).isEqualTo(64);
    idle.setPinned("a", false);
    assertThat(idle.unwantedRoom()).isEqualTo(128);
    idle.setPolicy(Eviction.LRU);
    assertThat(idle.unwantedRoom()).isEqualTo(128);
    idle.putBack("b", Objects.requireNonNull(idle.take("b")));
    idle.want("c");
    idle.take("c");
    assertThat(idle.unwantedRoom()).isEqualTo(64);
  }

  @Test
  void what_has_kv_is_common_as_far_as_tokens_agree() {
    int[] context = {1, 2, 3, 4};
    Idle part = new Idle(0, context, 3, 64);
    assertThat(part.common(context)).isEqualTo(3);
    assertThat(part.common(new int[] {1, 2, 3, 4, 5})).isEqualTo(3);
    assertThat(part.common(new int[] {1, 2})).isEqualTo(2);
    assertThat(part.common(new int[] {1, 9, 3})).isEqualTo(1);
  }

  @Test
  void another_policy_keeps_what_is_here_and_its_room() {
    leave("a");
    leave("b");
    idle.want("b");
    idle.setPolicy(Eviction.LFU);
    assertThat(idle.room()).isEqualTo(128);
    leave("c");
    assertThat(evictAll()).containsExactly("a", "c", "b");
  }

  @Test
  void what_was_taken_and_put_back_is_as_before() {
    leave("a");
    leave("b");
    idle.putBack("a", Objects.requireNonNull(idle.take("a")));
    assertThat(evictAll()).containsExactly("a", "b");
  }

  @Test
  void a_session_that_has_ended_has_no_history() {
    leave("a");
    idle.take("a");
    idle.forget("a");
    assertThat(idle.take("a")).isNull();
    assertThat(idle.victim()).isNull();
  }

  private void leave(String session) {
    nowMillis += 1000;
    idle.add(session, new Idle(0, new int[] {1, 2}, 64), 5);
  }

  private List<String> evictAll() {
    List<String> order = new ArrayList<>();
    for (String victim = idle.victim(); victim != null; victim = idle.victim()) {
      order.add(victim);
      idle.take(victim);
    }
    return order;
  }
}
