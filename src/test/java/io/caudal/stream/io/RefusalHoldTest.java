package io.caudal.stream.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.error.ErrorCode;
import io.caudal.protocol.CacheTier;
import io.caudal.protocol.ControlAction;
import io.caudal.protocol.ControlAction.Kind;
import io.caudal.protocol.ControlChange;
import io.caudal.protocol.DeadLetter;
import io.caudal.protocol.Failure;
import io.caudal.protocol.FinishReason;
import io.caudal.protocol.Result;
import io.caudal.protocol.Timings;
import io.caudal.protocol.Usage;
import io.caudal.stream.state.WireTypes;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.util.TwoInputStreamOperatorTestHarness;
import org.apache.flink.types.Either;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In a job, with a TaskManager lost while it is held: GracefulEndTest. */
@SuppressWarnings("try") // what a harness closes may be interrupted
class RefusalHoldTest {
  private static final int MOST_SUBTASKS = 4;
  private static final long UNTIL = 5_000;

  /** One subtask; each has another job's id. */
  private static final class Harness
      extends TwoInputStreamOperatorTestHarness<Either<Result, DeadLetter>, ControlChange, Result> {
    Harness(@Nullable OperatorSubtaskState state, int subtasks, int index) throws Exception {
      super(new RefusalHold(), MOST_SUBTASKS, subtasks, index);
      setup(WireTypes.RESULT.createSerializer(new SerializerConfigImpl()));
      setProcessingTime(1_000);
      if (state != null) {
        initializeState(state);
      }
      open();
    }

    void refuse(String id) throws Exception {
      Failure failure = new Failure(ErrorCode.BAD_PARAMETER, "negative");
      processElement1(
          Either.Left(
              new Result(
                  id,
                  null,
                  0,
                  0,
                  "",
                  FinishReason.ERROR,
                  failure,
                  Usage.NONE,
                  Timings.NONE,
                  null,
                  0,
                  false)),
          0);
    }

    void letter(int bytes) throws Exception {
      processElement1(
          Either.Right(
              DeadLetter.of(
                  ErrorCode.BAD_JSON, "broken", "caudal.requests", 0, 7, 0, null, new byte[bytes])),
          0);
    }

    void control(Kind kind) throws Exception {
      control(kind, UNTIL);
    }

    void control(Kind kind, long notAfter) throws Exception {
      ControlAction action = new ControlAction(kind, null, null, null, CacheTier.ALL, notAfter);
      processElement2(ControlChange.of("c", action, null), 0);
    }

    /** Since it was asked last: ids, and a star for each dead letter. */
    List<String> out() {
      List<String> all = new ArrayList<>();
      extractOutputValues().forEach(result -> all.add(result.requestId()));
      getOutput().clear();
      var letters = getSideOutput(RefusalHold.DEAD_LETTERS);
      if (letters != null) {
        letters.forEach(letter -> all.add("*"));
        letters.clear();
      }
      return all;
    }
  }

  private Harness harness;

  @BeforeEach
  void start() throws Exception {
    harness = new Harness(null, 1, 0);
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void refusals_pass_at_once() throws Exception {
    harness.refuse("a");
    harness.letter(10);
    assertThat(harness.out()).containsExactly("a", "*");
  }

  @Test
  void held_they_come_when_they_are_released() throws Exception {
    harness.control(Kind.HOLD_RESULTS);
    harness.refuse("a");
    harness.letter(10);
    harness.refuse("b");
    harness.setProcessingTime(UNTIL - 1);
    assertThat(harness.out()).isEmpty();
    harness.control(Kind.RELEASE_RESULTS);
    assertThat(harness.out()).containsExactly("a", "b", "*");
  }

  @Test
  void a_hold_ends_by_itself() throws Exception {
    harness.control(Kind.HOLD_RESULTS);
    harness.refuse("a");
    harness.setProcessingTime(UNTIL + 100);
    assertThat(harness.out()).containsExactly("a");
    harness.control(Kind.HOLD_RESULTS); // read again, long after
    harness.refuse("b");
    assertThat(harness.out()).containsExactly("b");
  }

  @Test
  void one_that_names_no_end_has_one() throws Exception {
    harness.control(Kind.HOLD_RESULTS, Long.MAX_VALUE);
    harness.refuse("a");
    harness.setProcessingTime(3_600_000);
    assertThat(harness.out()).isEmpty();
    harness.setProcessingTime(3_600_000 + 1_100);
    assertThat(harness.out()).containsExactly("a");
  }

  @Test
  void the_next_job_passes_on_what_was_kept_whatever_its_parallelism() throws Exception {
    harness.control(Kind.HOLD_RESULTS);
    harness.refuse("a");
    harness.letter(10);
    harness.refuse("b");
    OperatorSubtaskState state = harness.snapshot(1, 1);

    List<String> passed = new ArrayList<>();
    for (int index = 0; index < 2; index++) {
      OperatorSubtaskState part =
          Harness.repartitionOperatorState(state, MOST_SUBTASKS, 1, 2, index);
      try (Harness next = new Harness(part, 2, index)) {
        assertThat(next.out()).isEmpty();
        next.setProcessingTime(1_200);
        passed.addAll(next.out());
        next.refuse("later-" + index);
        assertThat(next.out()).containsExactly("later-" + index);
      }
    }
    assertThat(passed).containsExactlyInAnyOrder("a", "b", "*");
  }

  @Test
  void what_was_passed_on_is_not_in_state() throws Exception {
    harness.control(Kind.HOLD_RESULTS);
    harness.refuse("a");
    harness.control(Kind.RELEASE_RESULTS);
    try (Harness next = new Harness(harness.snapshot(1, 1), 1, 0)) {
      next.setProcessingTime(1_200);
      assertThat(next.out()).isEmpty();
    }
  }

  @Test
  void what_is_too_large_to_be_kept_passes() throws Exception {
    harness.control(Kind.HOLD_RESULTS);
    int letters = (int) (RefusalHold.MOST_BYTES / 700_000);
    for (int i = 0; i < letters; i++) {
      harness.letter(700_000);
    }
    assertThat(harness.out()).isEmpty();
    harness.letter(700_000);
    assertThat(harness.out()).hasSize(letters + 1);
  }

  @Test
  void a_drained_job_keeps_nothing() throws Exception {
    harness.control(Kind.HOLD_RESULTS);
    harness.refuse("a");
    harness.getOperator().finish();
    assertThat(harness.out()).containsExactly("a");
  }
}
