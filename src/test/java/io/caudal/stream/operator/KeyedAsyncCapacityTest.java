package io.caudal.stream.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

/** How much is taken in, and how a checkpoint gets through when that is reached. */
class KeyedAsyncCapacityTest {

  @Test
  void a_full_operator_takes_the_next_input_when_a_call_completes() throws Exception {
    try (var harness =
        KeyedAsyncHarness.started(new ScriptedFunction(), new InFlightLimits(2, 4))) {
      harness.process("a", 1);
      harness.process("b", 1);
      harness.function().call("a", 1).finish();
      assertThat(harness.takeOutput()).isEmpty();

      harness.process("c", 1); // runs the completion of a, and so changes the current key
      assertThat(harness.takeOutput()).containsExactly("a:1:1");
      harness.finish("c", 1);
      assertThat(harness.takeOutput()).containsExactly("c:1:1");
      assertThat(harness.counters().valveOpened().getCount()).isZero();
    }
  }

  @Test
  void a_waiting_checkpoint_opens_the_valve_up_to_the_hard_capacity() throws Exception {
    try (var harness =
        KeyedAsyncHarness.started(new ScriptedFunction(), new InFlightLimits(1, 2))) {
      harness.process("a", 1);
      harness.sendCheckpointMail();
      harness.process("b", 1);
      assertThat(harness.counters().valveOpened().getCount()).isEqualTo(1);
      assertThat(harness.function().startedNames()).containsExactly("a:1", "b:1");

      Thread operator = Thread.currentThread();
      var completer =
          new Thread(
              () -> {
                await().until(() -> operator.getState() == Thread.State.TIMED_WAITING);
                harness.function().call("a", 1).finish();
                harness.function().call("b", 1).finish();
              });
      completer.start();
      harness.process("c", 1);
      completer.join();
      assertThat(harness.takeOutput()).containsExactly("a:1:1", "b:1:1");
      assertThat(harness.counters().valveOpened().getCount()).isEqualTo(1);
    }
  }

  @Test
  void what_overtakes_does_not_wait() throws Exception {
    try (var harness =
        KeyedAsyncHarness.started(new ScriptedFunction(), new InFlightLimits(1, 1))) {
      harness.process("a", 1);
      harness.process("a", -1);
      assertThat(harness.function().call("a", 1).cancelled).isTrue();
    }
  }

  @Test
  void limits_name_the_wrong_value() {
    assertThatThrownBy(() -> new InFlightLimits(0, 1)).hasMessageContaining("capacity is 0");
    assertThatThrownBy(() -> new InFlightLimits(5, 4)).hasMessageContaining("hardCapacity is 4");
  }
}
