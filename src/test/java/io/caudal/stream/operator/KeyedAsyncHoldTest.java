package io.caudal.stream.operator;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** While held, nothing comes out, and nothing of what would have is lost. */
class KeyedAsyncHoldTest {

  private KeyedAsyncHarness harness;
  private ScriptedFunction function;

  @BeforeEach
  void start() throws Exception {
    harness = KeyedAsyncHarness.started(new ScriptedFunction(), new InFlightLimits(2, 3));
    function = harness.function();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void completions_wait_in_their_order() throws Exception {
    harness.process("a", 1);
    harness.process("a", 2);
    function.context.hold(true);
    harness.finish("a", 1);
    harness.process("b", 1);
    harness.finish("b", 1);
    assertThat(harness.takeOutput()).isEmpty();
    assertThat(function.startedNames()).containsExactly("a:1", "b:1");

    function.context.hold(false);
    harness.finish("a", 2);
    assertThat(harness.takeOutput()).containsExactly("a:1:1", "b:1:1", "a:2:2");
  }

  @Test
  void inputs_do_not_wait_for_room_that_nothing_would_make() throws Exception {
    function.context.hold(true);
    for (int i = 0; i < 5; i++) {
      harness.process("k" + i, 1);
    }
    function.context.hold(false);
    for (int i = 0; i < 5; i++) {
      harness.finish("k" + i, 1);
    }
    assertThat(harness.takeOutput())
        .containsExactly("k0:1:1", "k1:1:1", "k2:1:1", "k3:1:1", "k4:1:1");
  }

  @Test
  void a_checkpoint_has_held_calls_as_unfinished_ones() throws Exception {
    harness.process("a", 1);
    function.context.hold(true);
    function.call("a", 1).progress = 7;
    harness.finish("a", 1);
    OperatorSubtaskState state = harness.checkpoint();

    try (var next = KeyedAsyncHarness.restored(state, 1, 0)) {
      assertThat(next.function().call("a", 1).restoredProgress).containsExactly(7);
      next.finish("a", 1);
      assertThat(next.takeOutput()).containsExactly("a:1:1");
    }
  }

  @Test
  void what_overtakes_does_so_afterwards() throws Exception {
    harness.process("a", 1);
    harness.process("a", 2);
    function.context.hold(true);
    harness.process("a", -2);
    harness.process("b", -9);
    assertThat(harness.takeOutput()).isEmpty();

    function.context.hold(false);
    assertThat(harness.takeOutput()).containsExactly("a:2:removed");
    harness.finish("a", 1);
    assertThat(harness.takeOutput()).containsExactly("a:1:1");
    assertThat(function.startedNames())
        .as("nothing was ahead of it")
        .containsExactly("a:1", "b:-9");
  }

  @Test
  void what_overtakes_does_so_after_a_restore() throws Exception {
    harness.process("a", 1);
    harness.process("a", 2);
    function.context.hold(true);
    harness.process("a", -1);
    OperatorSubtaskState state = harness.checkpoint();

    try (var next = KeyedAsyncHarness.restored(state, 1, 0)) {
      assertThat(next.function().call("a", 1).cancelled).isTrue();
      next.finish("a", 1);
      next.finish("a", 2);
      assertThat(next.takeOutput()).containsExactly("a:1:1", "a:2:2");
    }
  }

  @Test
  void the_end_of_input_ends_it() throws Exception {
    harness.process("a", 1);
    function.context.hold(true);
    harness.finish("a", 1);
    harness.keyedAsync().endInput(1);
    assertThat(harness.takeOutput()).containsExactly("a:1:1");
  }
}
