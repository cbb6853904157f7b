package io.caudal.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SchedulerTest {
  private static final long NEVER = Long.MAX_VALUE;

  /** Room for a number of tokens, each sequence taking what it asks for. */
  private static final class Room implements SequenceMemory {
    private final int tokens;
    private final java.util.Map<Sequence, Integer> taken = new java.util.HashMap<>();

    Room(int tokens) {
      this.tokens = tokens;
    }

    @Override
    public boolean ensure(Sequence sequence, int wanted) {
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

  private Sequence sequence(String id, int tokens, int priority, long deadline) {
    return new Sequence(
        id, id, new TokenLog(new int[tokens], 16), priority, "default", deadline, order++);
  }
}
