package io.caudal.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.error.ErrorCode;
import io.caudal.protocol.Failure;
import io.caudal.protocol.FinishReason;
import io.caudal.protocol.Result;
import io.caudal.protocol.Timings;
import io.caudal.protocol.TokenChunk;
import io.caudal.protocol.Usage;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AuditTest {
  private static final long MILLI = 1_000_000;
  private static final ReferenceAnswers SAME_FOR_ALL =
      (name, turns) -> turns.stream().map(turn -> "You are Zorvek.").toList();

  private final Asked told = asked("1", Turn.say("I am Zorvek."), 0, 100);
  private final Asked recall = asked("2", Turn.recall("Who am I?", "Zorvek"), 200, 300);

  @Test
  void a_clean_run_is_good() {
    DemoReport report = audit(List.of(result("1", null), result("2", null), result("x", null)));
    assertThat(report.isGood()).isTrue();
    assertThat(report.requests()).isEqualTo(2);
    assertThat(report.recallRight()).isEqualTo(1);
    assertThat(report.promptTokens()).isEqualTo(40);
    assertThat(report.cachedTokens()).isEqualTo(10);
    assertThat(report.ttftMsP50()).isEqualTo(100);
    // 16 tokens in 2 times 100 ms of which 40 ms were spent recovering.
    assertThat(report.tokensPerSecond()).isEqualTo(100);
    assertThat(report.recoveryMs()).isEqualTo(40);
  }

  @Test
  void a_result_that_is_not_there_is_lost() {
    DemoReport report = audit(List.of(result("1", null)));
    assertThat(report.lost()).isEqualTo(1);
    assertThat(report.recallRight()).isZero();
    assertThat(report.isGood()).isFalse();
  }

  @Test
  void a_second_result_is_duplicated() {
    DemoReport report = audit(List.of(result("1", null), result("2", null), result("1", null)));
    assertThat(report.duplicated()).isEqualTo(1);
    assertThat(report.isGood()).isFalse();
  }

  @Test
  void a_failed_request_is_neither_lost_nor_completed() {
    DemoReport report =
        audit(List.of(result("1", new Failure(ErrorCode.TIMEOUT, "too slow")), result("2", null)));
    assertThat(report.lost()).isZero();
    assertThat(report.completed()).isEqualTo(1);
    assertThat(report.isGood()).isFalse();
  }

  @Test
  void an_answer_unlike_the_undisturbed_one_is_wrong() {
    List<Result> results = List.of(result("1", null), result("2", null));
    DemoReport report =
        Audit.of(
            List.of(told, recall),
            results,
            (name, turns) -> List.of("You are Zorvek.", "You are someone."),
            0,
            0);
    assertThat(report.wrong()).isEqualTo(1);
    assertThat(report.isGood()).isFalse();
  }

  @Test
  void the_json_has_the_promised_keys_in_order() {
    assertThat(audit(List.of(result("1", null), result("2", null))).json())
        .isEqualTo(
            "{\"requests\":2,\"completed\":2,\"lost\":0,\"duplicated\":0,\"recall_asked\":1,"
                + "\"recall_right\":1,\"prompt_tokens\":40,\"cached_tokens\":10,"
                + "\"ttft_ms_p50\":100.0,\"ttft_ms_p95\":100.0,\"tokens_per_second\":100.0,"
                + "\"recovery_ms\":40.0,\"interrupted\":0,\"wrong\":0,\"stream_differs\":0,"
                + "\"completion_tokens\":16}");
  }

  private DemoReport audit(List<Result> results) {
    return Audit.of(List.of(told, recall), results, SAME_FOR_ALL, 0, 40 * MILLI);
  }

  private static Asked asked(String id, Turn turn, long sentMs, long pieceMs) {
    Asked asked = new Asked(id, "anna", turn, sentMs * MILLI);
    asked.accept(new TokenChunk(id, "s", 0, 0, "You are Zorvek.", true), pieceMs * MILLI);
    return asked;
  }

  private static Result result(String id, @Nullable Failure failure) {
    return new Result(
        id,
        "s",
        1,
        0,
        failure == null ? "You are Zorvek." : "",
        failure == null ? FinishReason.STOP : FinishReason.ERROR,
        failure,
        failure == null ? new Usage(20, 5, 8) : Usage.NONE,
        Timings.NONE,
        "demo",
        1,
        false);
  }
}
