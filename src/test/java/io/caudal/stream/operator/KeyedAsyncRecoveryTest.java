package io.caudal.stream.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.VoidNamespace;
import org.junit.jupiter.api.Test;

/** What survives a checkpoint in the middle of everything. */
class KeyedAsyncRecoveryTest {

  @Test
  void unfinished_inputs_start_again_with_their_progress() throws Exception {
    OperatorSubtaskState state;
    try (var harness = KeyedAsyncHarness.started()) {
      harness.process("a", 1);
      harness.process("a", 2);
      harness.process("a", 3);
      harness.process("b", 1);
      harness.process("c", 1);
      harness.finish("a", 1);
      harness.finish("c", 1);
      harness.function().call("a", 2).progress = 7;
      state = harness.checkpoint();
      harness.finish("a", 2); // after the checkpoint, so lost
    }

    try (var harness = KeyedAsyncHarness.restored(state, 1, 0)) {
      assertThat(harness.function().startedNames()).containsExactlyInAnyOrder("a:2", "b:1");
      assertThat(harness.function().call("a", 2).restoredProgress).containsExactly(7);
      assertThat(harness.function().call("b", 1).restoredProgress).isEmpty();

      harness.process("a", 4);
      harness.finish("a", 2);
      assertThat(harness.function().call("a", 3).restoredProgress).isEmpty();
      harness.finish("a", 3);
      harness.finish("a", 4);
      assertThat(harness.takeOutput()).containsExactly("a:2:2", "a:3:3", "a:4:4");
    }
  }

  @Test
  void pieces_of_progress_stay_in_order_and_go_with_their_call() throws Exception {
    OperatorSubtaskState first;
    try (var harness = KeyedAsyncHarness.started()) {
      harness.process("a", 1);
      harness.process("a", 2);
      harness.function().call("a", 1).progress = 7;
      first = harness.checkpoint();
    }
    OperatorSubtaskState second;
    try (var harness = KeyedAsyncHarness.restored(first, 1, 0)) {
      harness.checkpoint(); // no news
      harness.function().call("a", 1).progress = 8;
      second = harness.checkpoint();
    }
    try (var harness = KeyedAsyncHarness.restored(second, 1, 0)) {
      assertThat(harness.function().call("a", 1).restoredProgress).containsExactly(7, 8);
      harness.finish("a", 1);
      second = harness.checkpoint();
    }
    try (var harness = KeyedAsyncHarness.restored(second, 1, 0)) {
      assertThat(harness.function().startedNames()).containsExactly("a:2");
      assertThat(harness.function().call("a", 2).restoredProgress).isEmpty();
    }
  }

  @Test
  void a_rescale_moves_unfinished_inputs_with_their_keys() throws Exception {
    int keys = 60;
    OperatorSubtaskState state;
    List<String> unfinished = new ArrayList<>();
    try (var harness = KeyedAsyncHarness.started()) {
      for (int key = 0; key < keys; key++) {
        harness.process("k" + key, 1);
      }
      for (int key = 0; key < keys; key++) {
        if (key % 3 == 0) {
          harness.finish("k" + key, 1);
        } else {
          harness.function().call("k" + key, 1).progress = key;
          unfinished.add("k" + key + ":1");
        }
      }
      state = harness.checkpoint();
    }

    List<String> startedAgain = new ArrayList<>();
    for (int index = 0; index < 2; index++) {
      try (var harness = KeyedAsyncHarness.restored(state, 2, index)) {
        assertThat(harness.function().started).isNotEmpty();
        for (var call : harness.function().started) {
          assertThat(call.restoredProgress).hasSize(1);
          assertThat("k" + call.restoredProgress.get(0)).isEqualTo(call.item.key());
        }
        startedAgain.addAll(harness.function().startedNames());
      }
    }
    assertThat(startedAgain).containsExactlyInAnyOrderElementsOf(unfinished);
  }

  @Test
  void side_outputs_counted_as_progress_are_ahead_of_the_barrier() throws Exception {
    try (var harness = KeyedAsyncHarness.started()) {
      harness.process("a", 1);
      var call = harness.function().call("a", 1);
      call.completion.emit(ScriptedFunction.PIECES, () -> "one");
      call.progress = 1;
      harness.prepareSnapshotPreBarrier(1);
      assertThat(harness.sideOutput(ScriptedFunction.PIECES)).containsExactly("one");
    }
  }

  @Test
  void an_idle_key_has_nothing_queued_in_state() throws Exception {
    try (var harness = KeyedAsyncHarness.started()) {
      harness.process("a", 1);
      harness.process("b", 1);
      harness.function().call("a", 1).progress = 1;
      harness.checkpoint();
      harness.finish("a", 1);
      assertThat(storedKeys(harness, "keyed-async-inputs")).containsExactly("b");
      assertThat(storedKeys(harness, "keyed-async-progress-parts")).isEmpty();
    }
  }

  private static List<String> storedKeys(KeyedAsyncHarness harness, String state) {
    try (var keys =
        harness
            .keyedAsync()
            .<String>getKeyedStateBackend()
            .getKeys(state, VoidNamespace.INSTANCE)) {
      return keys.toList();
    }
  }

  @Test
  void each_restart_has_a_higher_attempt() throws Exception {
    OperatorSubtaskState state;
    long first;
    try (var harness = KeyedAsyncHarness.started()) {
      first = harness.function().context.attempt();
      assertThat(first).isPositive();
      assertThat(harness.function().context.isRestored()).isFalse();
      state = harness.checkpoint();
    }
    long second;
    try (var harness = KeyedAsyncHarness.restored(state, 1, 0)) {
      second = harness.function().context.attempt();
      assertThat(second).isGreaterThan(first);
      assertThat(harness.function().context.isRestored()).isTrue();
    }
    // The second run ended before its first checkpoint; the clock has stood still.
    try (var harness = KeyedAsyncHarness.restored(state, 1, 0)) {
      assertThat(harness.function().context.attempt()).isGreaterThan(second);
    }
  }

  @Test
  void timers_survive_and_tell_whether_their_key_is_busy() throws Exception {
    OperatorSubtaskState state;
    try (var harness = KeyedAsyncHarness.started()) {
      harness.process("a", 1);
      harness.function().context.registerTimer(5_000);
      harness.process("b", 1);
      harness.function().context.registerTimer(6_000);
      harness.function().context.registerTimer(6_500);
      harness.function().context.deleteTimer(6_500);
      harness.finish("a", 1);
      state = harness.checkpoint();
    }
    try (var harness = KeyedAsyncHarness.restored(state, 1, 0)) {
      harness.setProcessingTime(7_000);
      harness.pump();
      assertThat(harness.takeOutput()).containsExactly("a@5000 idle", "b@6000 busy");
    }
  }
}
