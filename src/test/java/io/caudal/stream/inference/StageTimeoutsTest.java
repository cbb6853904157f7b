package io.caudal.stream.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.protocol.CacheTier;
import io.caudal.protocol.Request;
import io.caudal.protocol.RequestType;
import io.caudal.protocol.Result;
import io.caudal.protocol.SessionTask;
import io.caudal.stream.operator.Completion;
import io.caudal.stream.operator.TaskAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StageTimeoutsTest {
  private final StageTimeouts timeouts = new StageTimeouts();
  private final List<String> late = new ArrayList<>();

  @Test
  void who_waits_longer_than_the_limit_is_given_up_once() {
    start("a", 1000);
    Waiting begun = start("b", 1100);
    start("c", 1200);
    check(1499, 500);
    assertThat(late).isEmpty();

    begun.begun = true;
    check(1600, 500);
    assertThat(late).containsExactly("a");
    check(1700, 500);
    check(9999, 500);
    assertThat(late).containsExactly("a", "c");
  }

  @Test
  void without_limit_nobody_is_and_a_later_one_holds_for_all_who_wait() {
    start("a", 1000);
    check(9000, 0);
    assertThat(late).isEmpty();
    check(9000, 500);
    assertThat(late).containsExactly("a");
  }

  @Test
  void who_answers_for_longer_than_the_limit_is_given_up_once() {
    Waiting slow = start("slow", 1000);
    Waiting quick = start("quick", 1000);
    Waiting later = start("later", 1000);
    Waiting failed = start("failed", 1000);
    checkDecode(2000, 500);
    slow.begun = true;
    quick.begun = true;
    failed.begun = true;
    failed.ended = true;
    checkDecode(2100, 500); // notes it
    later.begun = true;
    checkDecode(2500, 500);
    assertThat(late).isEmpty();

    quick.ended = true;
    checkDecode(2600, 500);
    assertThat(late).containsExactly("slow");
    checkDecode(9999, 0);
    assertThat(late).containsExactly("slow");
    checkDecode(9999, 500);
    checkDecode(9999, 500);
    assertThat(late).containsExactly("slow", "later");
  }

  private void checkDecode(long nowMillis, int limitMillis) {
    timeouts.advance(nowMillis);
    timeouts.limitDecode(nowMillis, Duration.ofMillis(limitMillis), one -> late.add(one.key()));
  }

  @Test
  void who_was_cancelled_before_its_turn_is_not_kept() {
    WaitingCall cancelled =
        new WaitingCall(new Prefetch(1, () -> true), new NoCompletion(), InferenceCall::done);
    assertThat(cancelled.hasBegun()).isFalse();
    cancelled.cancel();
    assertThat(cancelled.hasBegun()).isTrue();
  }

  private void check(long nowMillis, int limitMillis) {
    timeouts.advance(nowMillis);
    timeouts.limitFirstToken(nowMillis, Duration.ofMillis(limitMillis), one -> late.add(one.key()));
  }

  private Waiting start(String key, long millis) {
    Waiting call = new Waiting();
    Request request =
        Request.about(
            RequestType.SHOW, "r-" + key, key, new SessionTask(CacheTier.ALL, false, null));
    timeouts.add(new StageTimeouts.Started(key, request, call, new NoCompletion(), millis));
    return call;
  }

  private static final class Waiting implements StageTimeouts.Staged {
    private boolean begun;
    private boolean ended;

    @Override
    public boolean hasBegun() {
      return begun;
    }

    @Override
    public boolean hasEnded() {
      return ended;
    }

    @Override
    public int @Nullable [] snapshot() {
      return null;
    }

    @Override
    public void cancel() {}
  }

  private static final class NoCompletion implements Completion<Result> {
    @Override
    public void complete(TaskAction<Result> action) {}

    @Override
    public void run(TaskAction<Result> action) {}

    @Override
    public void fail(Throwable cause) {}

    @Override
    public <T> void emit(OutputTag<T> tag, Supplier<T> value) {}
  }
}
