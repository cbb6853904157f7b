package io.caudal.stream.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.protocol.Result;
import io.caudal.stream.operator.AsyncCall;
import io.caudal.stream.operator.Completion;
import io.caudal.stream.operator.Emitter;
import io.caudal.stream.operator.TaskAction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.Test;

class PrefetchTest {
  private final Prefetch prefetch = new Prefetch(1, () -> true);
  private final List<String> begun = new ArrayList<>();

  @Test
  void as_many_begin_as_there_are_places_by_priority_and_age() {
    assertThat(prefetch.tryEnter()).isTrue();
    assertThat(prefetch.tryEnter()).isFalse();
    await("a", 0);
    await("b", 5);
    await("c", 0);
    assertThat(begun).isEmpty();

    prefetch.leave();
    assertThat(begun).containsExactly("b");
    prefetch.setPlaces(2);
    assertThat(begun).containsExactly("b", "a");
    prefetch.leave();
    assertThat(begun).containsExactly("b", "a", "c");
    prefetch.leave();
    prefetch.leave();
    assertThat(prefetch.tryEnter()).isTrue();
    assertThat(prefetch.tryEnter()).isTrue();
    assertThat(prefetch.tryEnter()).isFalse();
  }

  @Test
  void without_room_for_what_is_read_others_wait_but_never_all() {
    boolean[] room = {true};
    Prefetch roomy = new Prefetch(8, () -> room[0]);
    assertThat(roomy.tryEnter()).isTrue();
    assertThat(roomy.tryEnter()).isTrue();
    room[0] = false;
    assertThat(roomy.tryEnter()).isFalse();
    roomy.leave();
    roomy.leave();
    assertThat(roomy.tryEnter()).isTrue();
    assertThat(roomy.tryEnter()).isFalse();
  }

  @Test
  void whoever_comes_later_waits_behind_those_who_wait() {
    boolean[] room = {true};
    Prefetch roomy = new Prefetch(8, () -> room[0]);
    assertThat(roomy.tryEnter()).isTrue();
    room[0] = false;
    await(roomy, "a", 0);
    room[0] = true;
    assertThat(roomy.tryEnter()).isFalse();
    roomy.leave();
    assertThat(begun).containsExactly("a");
    assertThat(roomy.tryEnter()).isTrue();
  }

  @Test
  void when_there_is_room_again_all_places_are_taken_one_after_the_other() {
    boolean[] room = {true};
    Prefetch roomy = new Prefetch(3, () -> room[0]);
    assertThat(roomy.tryEnter()).isTrue();
    room[0] = false;
    for (String name : List.of("a", "b", "c", "d")) {
      await(roomy, name, 0);
    }
    assertThat(begun).isEmpty();
    room[0] = true;
    roomy.leave();
    assertThat(begun).containsExactly("a", "b", "c");
    roomy.leave();
    assertThat(begun).containsExactly("a", "b", "c", "d");
  }

  @Test
  void one_that_is_given_up_takes_no_place() {
    assertThat(prefetch.tryEnter()).isTrue();
    WaitingCall first = await("a", 0);
    await("b", 0);
    first.cancel();
    assertThat(first.snapshot()).isNull();

    prefetch.leave();
    assertThat(begun).containsExactly("b");
  }

  @Test
  void a_place_comes_back_from_one_that_is_given_up_before_it_begins() {
    Later later = new Later();
    WaitingCall call = new WaitingCall(prefetch, later, () -> begin("a"));
    assertThat(prefetch.tryEnter()).isTrue();
    prefetch.await(0, call);
    prefetch.leave();
    assertThat(later.actions).hasSize(1);

    call.cancel();
    assertThat(prefetch.tryEnter()).isTrue();
    later.runAll();
    assertThat(begun).isEmpty();
    assertThat(call.work()).isNull();
  }

  private WaitingCall await(String name, int priority) {
    return await(prefetch, name, priority);
  }

  private WaitingCall await(Prefetch places, String name, int priority) {
    Later later =
        new Later() {
          @Override
          public void run(TaskAction<Result> action) {
            super.run(action);
            runAll();
          }
        };
    WaitingCall call = new WaitingCall(places, later, () -> begin(name));
    places.await(priority, call);
    return call;
  }

  private AsyncCall<int[]> begin(String name) {
    begun.add(name);
    return InferenceCall.done();
  }

  /** Keeps actions until they are to run. */
  private static class Later implements Completion<Result> {
    private final List<TaskAction<Result>> actions = new ArrayList<>();

    void runAll() {
      for (TaskAction<Result> action : List.copyOf(actions)) {
        try {
          action.run(NOWHERE);
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      }
      actions.clear();
    }

    @Override
    public void run(TaskAction<Result> action) {
      actions.add(action);
    }

    @Override
    public void complete(TaskAction<Result> action) {
      throw new AssertionError("nothing completes here");
    }

    @Override
    public void fail(Throwable cause) {
      throw new AssertionError(cause);
    }

    @Override
    public <T> void emit(OutputTag<T> tag, Supplier<T> value) {
      throw new AssertionError("nothing is emitted here");
    }
  }

  private static final Emitter<Result> NOWHERE =
      new Emitter<>() {
        @Override
        public void emit(Result value) {}

        @Override
        public <T> void emit(OutputTag<T> tag, T value) {}
      };
}
