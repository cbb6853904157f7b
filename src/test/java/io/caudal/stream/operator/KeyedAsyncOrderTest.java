package io.caudal.stream.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who runs when, and what comes out in which order. */
class KeyedAsyncOrderTest {

  private KeyedAsyncHarness harness;
  private ScriptedFunction function;

  @BeforeEach
  void start() throws Exception {
    harness = KeyedAsyncHarness.started();
    function = harness.function();
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void a_key_runs_one_input_at_a_time_in_order_with_its_state() throws Exception {
    harness.process("a", 1);
    harness.process("a", 2);
    harness.process("a", 3);
    assertThat(function.startedNames()).containsExactly("a:1");

    harness.finish("a", 1);
    assertThat(function.startedNames()).containsExactly("a:1", "a:2");
    harness.finish("a", 2);
    harness.finish("a", 3);

    assertThat(harness.takeOutput()).containsExactly("a:1:1", "a:2:2", "a:3:3");
    assertThat(harness.counters().completed().getCount()).isEqualTo(3);
  }

  @Test
  void keys_do_not_wait_for_each_other() throws Exception {
    harness.process("a", 1);
    harness.process("b", 1);
    harness.process("b", 2);

    harness.finish("b", 1);
    harness.finish("b", 2);
    harness.finish("a", 1);

    assertThat(harness.takeOutput()).containsExactly("b:1:1", "b:2:2", "a:1:1");
  }

  @Test
  void only_the_first_completion_counts() throws Exception {
    harness.process("a", 1);
    harness.process("a", 2);
    function.call("a", 1).finish();
    harness.finish("a", 1);

    assertThat(harness.takeOutput()).containsExactly("a:1:1");
    assertThat(harness.counters().staleCompletions().getCount()).isEqualTo(1);
    assertThat(harness.counters().completed().getCount()).isEqualTo(1);
  }

  @Test
  void a_completion_after_close_is_dropped() throws Exception {
    harness.process("a", 1);
    function.call("a", 1).finish();
    harness.close();
    function.call("a", 1).finish();
    harness.pump();

    assertThat(harness.takeOutput()).isEmpty();
    assertThat(function.call("a", 1).cancelled).isTrue();
    assertThat(function.closed).isTrue();
  }

  @Test
  void a_failed_call_fails_the_task() throws Exception {
    harness.process("a", 1);
    function.call("a", 1).completion.fail(new IllegalStateException("broken"));

    assertThatThrownBy(harness::pump)
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("key a")
        .hasRootCauseMessage("broken");
  }

  @Test
  void side_outputs_keep_their_order_and_end_with_the_call() throws Exception {
    harness.process("a", 1);
    Completion<String> completion = function.call("a", 1).completion;
    completion.emit(ScriptedFunction.PIECES, () -> "one");
    completion.emit(ScriptedFunction.PIECES, () -> "two");
    assertThat(harness.getTaskMailbox().size()).isEqualTo(1);
    harness.pump();
    completion.emit(ScriptedFunction.PIECES, () -> "three");
    completion.complete(out -> out.emit(ScriptedFunction.PIECES, "last"));
    completion.emit(ScriptedFunction.PIECES, () -> "too late");
    harness.pump();

    assertThat(harness.sideOutput(ScriptedFunction.PIECES))
        .containsExactly("one", "two", "three", "last");
  }

  @Test
  void a_cancel_overtakes_its_keys_queue() throws Exception {
    harness.process("a", 1);
    harness.process("a", 2);
    harness.process("a", 3);
    harness.process("a", -2);
    assertThat(harness.takeOutput()).containsExactly("a:2:removed");

    harness.process("a", -1);
    assertThat(function.call("a", 1).cancelled).isTrue();
    harness.finish("a", 1);
    harness.finish("a", 3);
    assertThat(harness.takeOutput()).containsExactly("a:1:1", "a:3:2");
  }

  @Test
  void an_abandoned_call_makes_room_and_its_completion_is_stale() throws Exception {
    function.abandonOnCancel = true;
    harness.process("a", 1);
    harness.process("a", 2);
    AtomicBoolean made = new AtomicBoolean();
    function
        .call("a", 1)
        .completion
        .emit(
            ScriptedFunction.PIECES,
            () -> {
              made.set(true);
              return "unwanted";
            });
    harness.process("a", -1);
    assertThat(function.startedNames()).containsExactly("a:1", "a:2");

    harness.finish("a", 1);
    harness.finish("a", 2);
    assertThat(harness.takeOutput()).containsExactly("a:1:abandoned", "a:2:1");
    assertThat(harness.counters().staleCompletions().getCount()).isEqualTo(1);
    assertThat(harness.sideOutput(ScriptedFunction.PIECES)).isEmpty();
    assertThat(made).isFalse();
  }

  @Test
  void a_call_that_runs_too_long_times_out_once() throws Exception {
    function.timeoutMillis = 500;
    harness.process("a", 1);
    harness.process("b", 1);
    harness.finish("b", 1);
    harness.setProcessingTime(1_499);
    harness.pump();
    assertThat(harness.takeOutput()).containsExactly("b:1:1");

    harness.setProcessingTime(1_500);
    harness.pump();
    assertThat(harness.takeOutput()).containsExactly("a:1:timeout");
    assertThat(harness.counters().timeouts().getCount()).isEqualTo(1);
  }

  @Test
  void a_watermark_waits_for_the_inputs_before_it_only() throws Exception {
    harness.process("a", 1);
    harness.watermark(10);
    harness.process("b", 1);
    harness.watermark(20);
    harness.finish("b", 1);
    assertThat(harness.getOutput()).hasSize(1);

    harness.process("c", 1);
    harness.finish("a", 1);
    assertThat(harness.getOutput()).hasSize(4).endsWith(new Watermark(10), new Watermark(20));
  }

  @Test
  void the_control_record_of_the_first_key_group_is_heeded() throws Exception {
    for (int group = 0; group < KeyedAsyncHarness.KEY_GROUPS; group++) {
      harness.control(group, "setting");
    }
    assertThat(function.controls).containsExactly("setting");
  }

  @Test
  void a_periodic_action_runs_until_the_operator_closes() throws Exception {
    function.context.every(Duration.ofMillis(100), out -> out.emit("tick"));
    harness.setProcessingTime(1_100);
    harness.setProcessingTime(1_200);
    harness.pump();
    assertThat(harness.takeOutput()).containsExactly("tick", "tick");
  }

  @Test
  void the_end_of_input_waits_for_all_calls() throws Exception {
    harness.process("a", 1);
    harness.process("b", 1);
    function.call("a", 1).finish();
    function.call("b", 1).finish();
    harness.keyedAsync().endInput(1);
    assertThat(harness.takeOutput()).containsExactly("a:1:1", "b:1:1");
  }
}
