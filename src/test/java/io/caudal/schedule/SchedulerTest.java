package io.caudal.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SchedulerTest {
  private static final long NEVER = Long.MAX_VALUE;

  /** Room for a number of tokens, each sequence taking what it asks for. */
  private static final class Room implements SequenceMemory {
    private final int tokens;
    private final java.util.Map<Sequence, Integer> taken = new java.util.HashMap<>();
    private int lacks;

    Room(int tokens) {
      this.tokens = tokens;
    }

    @Override
    public boolean ensure(Sequence sequence, int wanted) {
      if (lacks > 0) {
        lacks--;
        throw new IllegalStateException("no memory");
      }
      int others =
          taken.entrySet().stream()
              .filter(e -> e.getKey() != sequence)
              .mapToInt(java.util.Map.Entry::getValue)
              .sum();
      if (others + wanted > tokens) {
        return false;
      }
      taken.put(sequence, wanted);
      return true;
    }

    @Override
    public void preempt(Sequence sequence) {
      taken.remove(sequence);
      sequence.setComputed(0);
    }
  }

  private long order;

  @Test
  void decodes_first_and_shares_the_rest_of_the_budget_evenly() {
    Scheduler scheduler = new Scheduler(new Room(10_000), 8, 101);
    Sequence decoding = sequence("decoding", 10, 0, NEVER);
    decoding.setComputed(9);
    Sequence longPrompt = sequence("long", 1000, 0, NEVER);
    Sequence shortPrompt = sequence("short", 20, 0, NEVER);
    List.of(decoding, longPrompt, shortPrompt).forEach(scheduler::add);

    StepPlan plan = scheduler.next(0);

    assertThat(plan.slices())
        .containsExactly(
            new Slice(decoding, 1), new Slice(shortPrompt, 20), new Slice(longPrompt, 80));
  }

  @Test
  void prefill_is_limited_while_others_decode() {
    Scheduler scheduler = new Scheduler(new Room(10_000), 8, 512);
    scheduler.limitPrefill(30);
    Sequence longPrompt = sequence("long", 1000, 0, NEVER);
    scheduler.add(longPrompt);
    assertThat(scheduler.next(0).slices()).containsExactly(new Slice(longPrompt, 512));

    Sequence decoding = sequence("decoding", 10, 0, NEVER);
    decoding.setComputed(9);
    scheduler.add(decoding);
    assertThat(scheduler.next(0).slices())
        .containsExactly(new Slice(decoding, 1), new Slice(longPrompt, 30));

    scheduler.add(sequence("second", 1000, 0, NEVER));
    scheduler.add(sequence("third", 1000, 0, NEVER));
    assertThat(scheduler.next(0).slices().stream().mapToInt(Slice::tokens).sum()).isEqualTo(91);
  }

  @Test
  void a_short_prompt_does_not_wait_for_long_ones_ahead_of_it() {
    Scheduler scheduler = new Scheduler(new Room(100_000), 16, 128);
    for (int i = 0; i < 7; i++) {
      scheduler.add(sequence("long" + i, 10_000, 0, NEVER));
    }
    Sequence shortPrompt = sequence("short", 16, 0, NEVER);
    scheduler.add(shortPrompt);

    assertThat(scheduler.next(0).slices()).contains(new Slice(shortPrompt, 16));
  }

  @Test
  void never_plans_more_than_batch_and_budget() {
    Scheduler scheduler = new Scheduler(new Room(100_000), 4, 64);
    List<Sequence> all = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      all.add(sequence("s" + i, 100 + i, 0, NEVER));
    }
    all.forEach(scheduler::add);

    Set<String> seen = new HashSet<>();
    for (int step = 0; step < 100 && seen.size() < 10; step++) {
      StepPlan plan = scheduler.next(0);
      assertThat(plan.slices()).hasSizeLessThanOrEqualTo(4);
      assertThat(plan.slices().stream().mapToInt(Slice::tokens).sum()).isLessThanOrEqualTo(64);
      for (Slice slice : plan.slices()) {
        slice.sequence().setComputed(slice.sequence().computed() + slice.tokens());
        if (slice.sequence().pending() == 0) {
          seen.add(slice.sequence().requestId());
          scheduler.remove(slice.sequence());
        }
      }
    }
    assertThat(seen).hasSize(10);
  }

  @Test
  void higher_priority_goes_first_then_who_came_first() {
    Scheduler scheduler = new Scheduler(new Room(10_000), 2, 64);
    Sequence first = sequence("first", 5, 0, NEVER);
    Sequence second = sequence("second", 5, 0, NEVER);
    Sequence urgent = sequence("urgent", 5, 1, NEVER);
    List.of(second, urgent, first).forEach(scheduler::add);

    assertThat(scheduler.next(0).slices())
        .extracting(slice -> slice.sequence().requestId())
        .containsExactlyInAnyOrder("urgent", "first");
  }

  @Test
  void expired_requests_leave_before_they_cost_a_step() {
    Scheduler scheduler = new Scheduler(new Room(10_000), 8, 64);
    Sequence late = sequence("late", 5, 0, 99);
    Sequence onTime = sequence("on-time", 5, 0, 100);
    scheduler.add(late);
    scheduler.add(onTime);

    StepPlan plan = scheduler.next(100);

    assertThat(plan.expired()).containsExactly(late);
    assertThat(plan.slices()).containsExactly(new Slice(onTime, 5));
  }

  @Test
  void the_least_urgent_makes_way_when_room_runs_out_and_comes_back() {
    Room room = new Room(25);
    Scheduler scheduler = new Scheduler(room, 8, 64);
    Sequence older = sequence("older", 12, 0, NEVER);
    Sequence newer = sequence("newer", 12, 0, NEVER);
    scheduler.add(older);
    scheduler.add(newer);
    scheduler.next(0);
    older.setComputed(12);
    newer.setComputed(12);
    older.tokens().append(1);
    newer.tokens().append(1);

    StepPlan plan = scheduler.next(0);

    assertThat(plan.preempted()).containsExactly(newer);
    assertThat(plan.slices()).containsExactly(new Slice(older, 1));
    scheduler.remove(older);
    room.taken.remove(older);
    assertThat(scheduler.next(0).slices()).containsExactly(new Slice(newer, 13));
  }

  @Test
  void a_full_batch_makes_way_for_a_higher_priority_only() {
    Scheduler scheduler = new Scheduler(new Room(10_000), 2, 64);
    Sequence low = sequence("low", 5, -1, NEVER);
    Sequence older = sequence("older", 5, 0, NEVER);
    scheduler.add(low);
    scheduler.add(older);
    scheduler.next(0);
    Sequence same = sequence("same", 5, -1, NEVER);
    scheduler.add(same);
    assertThat(scheduler.next(0).preempted()).isEmpty();

    Sequence urgent = sequence("urgent", 5, 1, NEVER);
    scheduler.add(urgent);
    StepPlan plan = scheduler.next(0);

    assertThat(plan.preempted()).containsExactly(low);
    assertThat(scheduler.running()).containsExactly(urgent, older);
    scheduler.remove(urgent);
    scheduler.remove(older);
    scheduler.next(0);
    assertThat(scheduler.running()).containsExactly(low, same);
  }

  @Test
  void the_newest_of_the_lowest_priority_makes_way_when_there_is_no_room() {
    Scheduler scheduler = new Scheduler(new Room(30), 8, 64);
    Sequence older = sequence("older", 10, 0, NEVER);
    Sequence newer = sequence("newer", 10, 0, NEVER);
    Sequence high = sequence("high", 10, 1, NEVER);
    List.of(older, newer, high).forEach(scheduler::add);
    scheduler.next(0);
    Sequence urgent = sequence("urgent", 8, 2, NEVER);
    scheduler.add(urgent);

    assertThat(scheduler.next(0).preempted()).containsExactly(newer);
    assertThat(scheduler.running()).containsExactly(urgent, high, older);
  }

  @Test
  void a_step_stays_within_the_budget_when_the_batch_may_be_larger() {
    Scheduler scheduler = new Scheduler(new Room(10_000), 64, 16);
    for (int i = 0; i < 40; i++) {
      scheduler.add(sequence("s" + i, 3, 0, NEVER));
    }
    for (int step = 0; step < 20; step++) {
      StepPlan plan = scheduler.next(0);
      assertThat(plan.slices().stream().mapToInt(Slice::tokens).sum()).isLessThanOrEqualTo(16);
      plan.slices().forEach(SchedulerTest::compute);
    }
  }

  @Test
  void who_can_not_be_done_in_time_is_not_begun_while_others_wait() {
    Scheduler scheduler = new Scheduler(new Room(1_000), 1, 16);
    scheduler.setForecast(sequence -> 100);
    Sequence first = sequence("first", 3, 0, 1_000);
    Sequence late = sequence("late", 3, 0, 1_080);
    Sequence next = sequence("next", 3, 0, 1_200);
    Sequence last = sequence("last", 3, 0, 1_050);
    List.of(first, late, next).forEach(scheduler::add);
    assertThat(scheduler.next(900).expired()).isEmpty();
    assertThat(scheduler.running()).containsExactly(first);
    assertThat(scheduler.next(990).expired()).containsExactly(late);
    assertThat(scheduler.running()).as("begun is begun").containsExactly(first);

    scheduler.remove(first);
    assertThat(scheduler.next(1_000).expired()).isEmpty();
    assertThat(scheduler.running()).containsExactly(next);

    scheduler.add(last);
    scheduler.remove(next);
    assertThat(scheduler.next(1_000).expired()).as("nobody else waits").isEmpty();
    assertThat(scheduler.running()).containsExactly(last);
  }

  @Test
  void where_there_is_a_place_for_each_all_are_begun() {
    Scheduler scheduler = new Scheduler(new Room(1_000), 4, 16);
    scheduler.setForecast(sequence -> 100);
    for (int i = 0; i < 4; i++) {
      scheduler.add(sequence("s" + i, 3, 0, 1_050));
    }
    assertThat(scheduler.next(1_000).expired()).isEmpty();
    assertThat(scheduler.running()).hasSize(4);
  }

  @Test
  void those_of_lower_priority_are_nobody_to_make_way_for() {
    Scheduler scheduler = new Scheduler(new Room(1_000), 1, 16);
    scheduler.setForecast(sequence -> 100);
    for (int i = 0; i < 9; i++) {
      scheduler.add(sequence("low" + i, 3, 0, NEVER));
    }
    scheduler.next(0);
    Sequence urgent = sequence("urgent", 3, 5, 1_050);
    scheduler.add(urgent);
    assertThat(scheduler.next(1_000).expired()).isEmpty();
    assertThat(scheduler.running()).containsExactly(urgent);
  }

  @Test
  void who_lost_its_place_in_its_midst_is_not_refused() {
    Scheduler scheduler = new Scheduler(new Room(1_000), 1, 16);
    scheduler.setForecast(sequence -> 100);
    Sequence begun = sequence("begun", 3, 0, 1_050);
    scheduler.add(begun);
    scheduler.add(sequence("other", 3, 0, NEVER));
    scheduler.next(0);
    Sequence urgent = sequence("urgent", 3, 1, NEVER);
    scheduler.add(urgent);
    assertThat(scheduler.next(0).preempted()).containsExactly(begun);

    scheduler.remove(urgent);
    assertThat(scheduler.next(1_000).expired()).isEmpty();
    assertThat(scheduler.running()).containsExactly(begun);
  }

  @Test
  void who_expires_is_told_though_planning_ends_for_lack_of_memory() {
    Room room = new Room(1_000);
    room.lacks = 1;
    Scheduler scheduler = new Scheduler(room, 4, 16);
    Sequence late = sequence("late", 3, 0, 500);
    Sequence next = sequence("next", 3, 0, NEVER);
    scheduler.add(late);
    scheduler.add(next);
    assertThatThrownBy(() -> scheduler.next(1_000)).isInstanceOf(IllegalStateException.class);

    assertThat(scheduler.next(1_000).expired()).containsExactly(late);
    assertThat(scheduler.running()).containsExactly(next);
    assertThat(scheduler.next(1_000).expired()).isEmpty();
  }

  @Test
  void the_prefill_budget_is_shared_by_tenant_not_by_sequence() {
    Scheduler scheduler = new Scheduler(new Room(100_000), 8, 100);
    scheduler.setTenantWeights(Map.of("small", 1.0, "large", 3.0));
    for (int i = 0; i < 3; i++) {
      scheduler.add(sequence("large" + i, "large", 1000));
    }
    scheduler.add(sequence("small", "small", 1000));

    assertThat(scheduler.next(0).slices()).extracting(Slice::tokens).containsOnly(25);
    scheduler.setTenantWeights(Map.of());
    assertThat(scheduler.next(0).slices())
        .extracting(Slice::tokens)
        .containsExactlyInAnyOrder(50, 16, 17, 17);
  }

  private static void compute(Slice slice) {
    Sequence sequence = slice.sequence();
    boolean completes = slice.completes();
    sequence.setComputed(sequence.computed() + slice.tokens());
    if (completes) {
      sequence.tokens().append(1);
    }
  }

  private Sequence sequence(String id, String tenant, int tokens) {
    return new Sequence(id, id, new TokenLog(new int[tokens], 16), 0, tenant, NEVER, order++);
  }

  private Sequence sequence(String id, int tokens, int priority, long deadline) {
    return new Sequence(
        id, id, new TokenLog(new int[tokens], 16), priority, "default", deadline, order++);
  }
}
