package io.caudal.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;

class FairQueueTest {
  private final FairQueue queue = new FairQueue(tenant -> tenant.equals("gold") ? 4 : 1);
  private long order;

  @Test
  void one_tenant_is_served_in_the_order_of_arrival() {
    Sequence first = add("a", 900);
    Sequence second = add("a", 1);
    Sequence third = add("a", 50);

    assertThat(start()).isSameAs(first);
    assertThat(start()).isSameAs(second);
    assertThat(start()).isSameAs(third);
    assertThat(queue.first()).isNull();
  }

  @Test
  void who_was_served_least_goes_first_whoever_came_first() {
    Sequence flood = add("a", 100);
    add("a", 100);
    add("a", 100);
    Sequence late = add("b", 10);

    assertThat(start()).isSameAs(flood);
    assertThat(start()).isSameAs(late);
    assertThat(queue.served("a")).isEqualTo(100);
    assertThat(queue.served("b")).isEqualTo(10);
  }

  @Test
  void generated_tokens_cost_twice_and_are_charged_once() {
    Sequence sequence = add("a", 10);
    start();
    sequence.tokens().append(1);
    sequence.tokens().append(2);
    queue.settle(sequence);
    queue.settle(sequence);
    add("a", 1);

    queue.stop(sequence);

    assertThat(queue.served("a")).isEqualTo(10 + 2 * 2);
  }

  @Test
  void kv_that_is_there_already_costs_nothing_nor_does_coming_back() {
    Sequence sequence = add("a", 100);
    sequence.setComputed(90);
    start();
    add("a", 1);
    sequence.setComputed(0);
    queue.add(sequence);
    queue.stop(sequence);

    assertThat(queue.first()).isSameAs(sequence);
    start();
    assertThat(queue.served("a")).isEqualTo(10);
  }

  @Test
  void a_weight_makes_tokens_cheaper() {
    add("gold", 100);
    add("gold", 100);
    start();

    assertThat(queue.served("gold")).isEqualTo(25);
  }

  @Test
  void nobody_saves_up_service_by_staying_away() {
    for (int i = 0; i < 10; i++) {
      add("a", 100);
    }
    for (int i = 0; i < 5; i++) {
      start();
    }

    add("b", 30);

    assertThat(queue.served("b")).isEqualTo(queue.served("a")).isEqualTo(500);
  }

  @Test
  void nobody_gets_rid_of_a_debt_by_leaving() {
    Sequence large = add("a", 1000);
    add("b", 10);
    add("b", 10);
    start();
    start();
    queue.stop(large);

    Sequence again = add("a", 10);

    assertThat(queue.served("a")).isEqualTo(1000);
    assertThat(start()).isNotSameAs(again);
  }

  @Test
  void an_empty_queue_lifts_to_who_left_last() {
    Sequence large = add("a", 1000);
    start();
    queue.stop(large);

    add("b", 10);

    assertThat(queue.served("b")).isEqualTo(1000);
  }

  @Test
  void counters_of_tenants_without_work_are_bounded() {
    add("keeps-the-floor-low", 1);
    for (int i = 0; i < 2 * FairQueue.MOST_IDLE; i++) {
      Sequence sequence = add("t" + i, 10 + i);
      queue.start(sequence);
      queue.stop(sequence);
    }
    assertThat(queue.accounts()).isEqualTo(FairQueue.MOST_IDLE + 1);

    Sequence large = add("keeps-the-floor-low", 1_000_000);
    start();
    start();
    queue.stop(large);
    assertThat(queue.accounts()).isEqualTo(1);
  }

  private Sequence add(String tenant, int tokens) {
    String id = "r" + order;
    TokenLog log = new TokenLog(new int[tokens], 16);
    Sequence sequence = new Sequence(id, null, log, 0, tenant, Long.MAX_VALUE, order++);
    queue.add(sequence);
    return sequence;
  }

  private Sequence start() {
    Sequence first = Objects.requireNonNull(queue.first());
    queue.start(first);
    return first;
  }
}
