package io.caudal.protocol;

import io.caudal.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;

/** Records used by several tests. */
@NullUnmarked
final class Samples {
  static final Request FULL =
      new Request(
          RequestType.GENERATE,
          "r-1",
          "s-1",
          List.of(new Message(Role.SYSTEM, "Be brief."), new Message(Role.USER, "¿Qué tal? 😀")),
          null,
          null,
          64,
          new SamplingParams(0.7, 0.9, 40, 0.05, 42L, 0.5, -0.5, 1.1),
          List.of("\n\n", "END"),
          false,
          "acme",
          -3,
          1_767_614_400_000L,
          "demo",
          null,
          1_767_614_399_000L);

  static final Request SMALL = prompt("r-2", null, "Hello");

  static final Result OK =
      new Result(
          "r-1",
          "s-1",
          3,
          1_767_614_399_123L,
          "Hi — \"there\"\n",
          FinishReason.STOP,
          null,
          new Usage(17, 12, 5),
          new Timings(1.5, 0.25, 12, 80.125, 14, 93.5),
          "demo",
          7,
          false);

  static final Result SCORED =
      new Result(
          "r-3",
          "s-1",
          4,
          1,
          " \uFFFD",
          FinishReason.LENGTH,
          null,
          new Usage(17, 12, 2),
          Timings.NONE,
          "demo",
          0,
          false,
          List.of(
              new TokenLogprobs(
                  new Logprob(220, " ", -0.25f, List.of(32)),
                  List.of(
                      new Logprob(220, " ", -0.25f, List.of(32)),
                      new Logprob(1030, "", -1.5f, null))),
              new TokenLogprobs(new Logprob(99, "\uFFFD", -7.5f, List.of(240, 159)), List.of())),
          List.of(
              new Choice(0, " \uFFFD", FinishReason.LENGTH, null),
              new Choice(
                  1,
                  "A",
                  FinishReason.STOP,
                  List.of(new TokenLogprobs(new Logprob(65, "A", -1, List.of(65)), List.of())))));

  static final Request SAMPLED =
      new Request(
          RequestType.GENERATE,
          "r-4",
          null,
          null,
          "List three fruits as JSON.",
          null,
          null,
          new SamplingParams(
              1, 1, 0, 0, 7L, 0, 0, 1, false, Map.of(), 2, ResponseFormat.JSON_OBJECT, 3),
          List.of(),
          true,
          null,
          0,
          null,
          null,
          null,
          0);

  static final Result FAILED =
      new Result(
          "r-2",
          null,
          0,
          0,
          "",
          FinishReason.ERROR,
          new Failure(ErrorCode.TIMEOUT, "took longer than 10min (`request.timeout`)"),
          Usage.NONE,
          Timings.NONE,
          null,
          0,
          true);

  static final TokenChunk SECOND = new TokenChunk("r-3", null, 1, 0, "A", false, 1);

  static final TokenChunk CHUNK = new TokenChunk("r-1", "s-1", 5, 2, " 😀", false);

  static final DeadLetter LETTER =
      DeadLetter.of(
          ErrorCode.BAD_JSON,
          "not valid JSON at byte 3: unexpected end",
          "caudal.requests",
          2,
          1234,
          1_767_614_399_000L,
          "s-1".getBytes(StandardCharsets.UTF_8),
          "{\"x".getBytes(StandardCharsets.UTF_8));

  static final ControlChange CHANGE =
      new ControlChange(
          "adaptive-1f2e3d4c",
          Map.of("engine.max-batch", "24"),
          List.of("engine.batch-linger"),
          "adaptive",
          "15.8 of 16 sequences a step, 70 in the engine",
          null);

  private Samples() {}

  static Request prompt(String requestId, String sessionId, String prompt) {
    return new Request(
        RequestType.GENERATE,
        requestId,
        sessionId,
        null,
        prompt,
        null,
        null,
        SamplingParams.GREEDY,
        List.of(),
        true,
        null,
        0,
        null,
        null,
        null,
        0);
  }
}
