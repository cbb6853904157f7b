package io.caudal.stream.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;

/** Inputs beyond what may be at hand are set aside in state, and come to hand in a fair order. */
class KeyedAsyncAsideTest {

  @Test
  void a_key_with_many_inputs_leaves_room_for_others_and_keeps_its_order() throws Exception {
    try (var harness = started(new InFlightLimits(3, 6, 2, 100))) {
      for (int n = 1; n <= 6; n++) {
        harness.process("a", n);
      }
      harness.process("b", 1);
      assertThat(harness.function().startedNames()).containsExactly("a:1", "b:1");

      for (int n = 1; n <= 6; n++) {
        harness.finish("a", n);
      }
      assertThat(harness.takeOutput())
          .containsExactly("a:1:1", "a:2:2", "a:3:3", "a:4:4", "a:5:5", "a:6:6");
      harness.process("a", 7);
      harness.finish("a", 7);
      assertThat(harness.takeOutput()).containsExactly("a:7:7");
    }
  }

  @Test
  void what_is_set_aside_comes_to_hand_by_priority_then_by_group_then_in_turn() throws Exception {
    try (var harness = started(new InFlightLimits(3, 6, 2, 100))) {
      for (int n = 1; n <= 5; n++) {
        harness.process("a" + n, 1);
      }
      harness.process("b1", 1);
      harness.process("!c", 1);
      assertThat(harness.function().startedNames()).containsExactly("a1:1", "a2:1", "a3:1");

      harness.finish("a1", 1);
      harness.finish("a2", 1);
      harness.finish("a3", 1);

      assertThat(harness.function().startedNames())
          .containsExactly("a1:1", "a2:1", "a3:1", "!c:1", "b1:1", "a4:1");
    }
  }

  @Test
  void the_source_is_held_back_when_there_is_no_room_aside_either() throws Exception {
    try (var harness = started(new InFlightLimits(1, 2, 1, 1))) {
      harness.process("a", 1);
      harness.process("b", 1);
      harness.function().call("a", 1).finish();
      assertThat(harness.takeOutput()).isEmpty();

      harness.process("c", 1); // waits for a's completion, which brings b to hand

      assertThat(harness.takeOutput()).containsExactly("a:1:1");
      assertThat(harness.function().startedNames()).containsExactly("a:1", "b:1");
      harness.finish("b", 1);
      harness.finish("c", 1);
      assertThat(harness.takeOutput()).containsExactly("b:1:1", "c:1:1");
      assertThat(harness.counters().valveOpened().getCount()).isZero();
    }
  }

  @Test
  void a_checkpoint_gets_through_when_all_is_full() throws Exception {
    try (var harness = started(new InFlightLimits(1, 2, 1, 1))) {
      harness.process("a", 1);
      harness.process("a", 2);
      harness.sendCheckpointMail();
      harness.process("a", 3);
      assertThat(harness.counters().valveOpened().getCount()).isEqualTo(1);
      for (int n = 1; n <= 3; n++) {
        harness.finish("a", n);
      }
      assertThat(harness.takeOutput()).containsExactly("a:1:1", "a:2:2", "a:3:3");
    }
  }

  @Test
  void what_is_set_aside_can_be_cancelled() throws Exception {
    try (var harness = started(new InFlightLimits(2, 4, 1, 100))) {
      harness.process("a", 1);
      harness.process("a", 2);
      harness.process("a", 3);
      harness.process("a", -2);
      assertThat(harness.takeOutput()).containsExactly("a:2:removed");

      harness.finish("a", 1);
      harness.finish("a", 3);
      assertThat(harness.takeOutput()).containsExactly("a:1:1", "a:3:2");
    }
  }

  @Test
  void what_is_set_aside_survives_a_crash_in_its_order() throws Exception {
    OperatorSubtaskState state;
    try (var harness = started(new InFlightLimits(2, 4, 1, 100))) {
      for (int n = 1; n <= 4; n++) {
        harness.process("a", n);
        harness.process("b", n);
      }
      harness.function().call("a", 1).progress = 7;
      state = harness.checkpoint();
    }
    try (var harness = restored(state, new InFlightLimits(1, 4, 1, 100))) {
      assertThat(harness.function().started).hasSize(1);
      for (int n = 1; n <= 4; n++) {
        for (int i = 0; i < 2; i++) {
          var running = harness.function().started.get(harness.function().started.size() - 1);
          boolean first = running.item.equals(new Item("a", 1));
          assertThat(running.restoredProgress).isEqualTo(first ? List.of(7) : List.of());
          harness.finish(running.item.key(), running.item.n());
        }
      }
      assertThat(harness.takeOutput())
          .containsSubsequence("a:1:1", "a:2:2", "a:3:3", "a:4:4")
          .hasSize(8);
    }
  }

  @Test
  void progress_of_an_input_that_was_cancelled_while_aside_is_not_the_next_ones() throws Exception {
    OperatorSubtaskState state;
    try (var harness = started(new InFlightLimits(4, 4, 2, 100))) {
      for (String key : new String[] {"a", "b"}) {
        harness.process(key, 1);
        harness.process(key, 2);
        harness.function().call(key, 1).progress = 7;
      }
      state = harness.checkpoint();
    }
    try (var harness = restored(state, new InFlightLimits(1, 4, 1, 100))) {
      String running = harness.function().started.get(0).item.key();
      String aside = running.equals("a") ? "b" : "a";
      harness.process(aside, -1);
      harness.finish(running, 1);
      assertThat(harness.function().call(aside, 2).restoredProgress).isEmpty();
    }
  }

  private static KeyedAsyncHarness started(InFlightLimits limits) throws Exception {
    return KeyedAsyncHarness.started(new ScriptedFunction(), limits);
  }

  private static KeyedAsyncHarness restored(OperatorSubtaskState state, InFlightLimits limits)
      throws Exception {
    return KeyedAsyncHarness.restored(state, limits, 1, 0);
  }
}
