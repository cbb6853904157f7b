package io.caudal.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.caudal.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.NullUnmarked;

@NullUnmarked
class WireRoundTripTest {
  private static final RequestParser PARSER = new RequestParser(1 << 20, 4096);

  @Property(tries = 300)
  void aTextTakesAsManyBytesAsItIsMeasured(@ForAll("anyTexts") String text) {
    long without = ResultJson.write(result("")).length;
    assertThat(ResultJson.write(result(text)).length - without)
        .isEqualTo(ResultJson.textBytes(text));
  }

  private static Result result(String text) {
    return new Result(
        "r", null, 1, 1, text, FinishReason.STOP, null, Usage.NONE, Timings.NONE, null, 0, false);
  }

  @Property(tries = 300)
  void aRequestKeepsEveryField(@ForAll("requests") Request request) {
    assertThat(RequestJson.read(RequestJson.write(request))).isEqualTo(request);
  }

  @Property(tries = 300)
  void theParserTakesWhatAProducerWrites(@ForAll("requests") Request request) {
    byte[] json = RequestJson.write(arriving(request, 0));
    byte[] key =
        request.sessionId() == null ? null : request.sessionId().getBytes(StandardCharsets.UTF_8);
    ParseOutcome outcome = PARSER.parse(key, json, "caudal.requests", 0, 1, 1234);
    assertThat(outcome.request()).isEqualTo(arriving(request, 1234));
  }

  @Property(tries = 300)
  void aResultKeepsEveryField(
      @ForAll("texts") String text,
      @ForAll FinishReason reason,
      @ForAll ErrorCode code,
      @ForAll boolean failed,
      @ForAll long attempt,
      @ForAll("times") double millis,
      @ForAll boolean repeated,
      @ForAll @FloatRange(min = -9999, max = 0) float logprob,
      @ForAll @Size(max = 4) List<@IntRange(max = 255) Integer> bytes) {
    Logprob token = new Logprob(7, text, logprob + 0.0f, bytes);
    Logprob other = new Logprob(0, "", -9999, null);
    Result result =
        new Result(
            "r",
            failed ? null : text.isEmpty() ? null : "s",
            3,
            attempt,
            text,
            reason,
            failed ? new Failure(code, text) : null,
            new Usage(3, 2, 1),
            new Timings(millis, 0, millis / 3, 1, 2, millis * 7),
            failed ? null : "m",
            attempt,
            repeated,
            failed
                ? null
                : List.of(
                    new TokenLogprobs(token, List.of(token, other)),
                    new TokenLogprobs(other, List.of())),
            failed
                ? null
                : List.of(
                    new Choice(0, text, reason, null),
                    new Choice(1, "", FinishReason.STOP, List.of())));
    assertThat(ResultJson.read(ResultJson.write(result))).isEqualTo(result);
  }

  @Property(tries = 200)
  void chunksAndDeadLettersKeepEveryField(
      @ForAll("texts") String text,
      @ForAll long number,
      @ForAll byte[] key,
      @ForAll byte[] original) {
    TokenChunk chunk = new TokenChunk("r", null, number, 4, text, true, text.length());
    assertThat(TokenChunkJson.read(TokenChunkJson.write(chunk))).isEqualTo(chunk);
    DeadLetter letter =
        DeadLetter.of(ErrorCode.BAD_UTF8, text, "t", 1, number, number, key, original);
    assertThat(DeadLetterJson.read(DeadLetterJson.write(letter)))
        .usingRecursiveComparison()
        .isEqualTo(letter);
  }

  @Property(tries = 200)
  void whatIsSaidOfSessionsKeepsEveryField(
      @ForAll("texts") String text, @ForAll long number, @ForAll boolean flag) {
    SessionInfo session =
        new SessionInfo(
            "s", text, 3, 40, 32, number, "host", flag, number, number, 1, !flag, List.of("0f"));
    Removed removed = flag ? new Removed(1, number, 3, 4) : null;
    ControlAck ack =
        new ControlAck(
            "c",
            0,
            2,
            1,
            Map.of(),
            Map.of(),
            List.of(),
            new ControlReport(removed, List.of(session), 2, flag));
    assertThat(ControlAckJson.read(ControlAckJson.write(ack))).isEqualTo(ack);
    ControlAction action =
        new ControlAction(
            ControlAction.Kind.CLEAR_CACHE,
            flag ? "t" : null,
            text.isEmpty() ? null : text,
            flag ? number : null,
            CacheTier.STATE,
            Math.abs(number / 2));
    ControlChange change = ControlChange.of("c", action, "me");
    assertThat(ControlChangeJson.read(ControlChangeJson.write(change))).isEqualTo(change);
    Result result =
        new Result(
            "r",
            "s",
            0,
            1,
            "",
            FinishReason.STOP,
            null,
            Usage.NONE,
            Timings.NONE,
            "m",
            0,
            false,
            null,
            null,
            session,
            removed);
    assertThat(ResultJson.read(ResultJson.write(result))).isEqualTo(result);
  }

  @Property(tries = 200)
  void aSessionChunkKeepsEveryField(
      @ForAll("texts") String text, @ForAll long number, @ForAll byte[] data) {
    SessionOrigin origin =
        new SessionOrigin("s", text, 1, number, 2, 3, 4, 16, text, number, ~number);
    SessionChunk chunk = new SessionChunk("e", 1, 2, origin, SessionChunk.Kind.KV, 3, 4, data);
    SessionChunk read = SessionChunkJson.read(SessionChunkJson.write(chunk));
    assertThat(read).usingRecursiveComparison().isEqualTo(chunk);
    assertThat(read.isWhole()).isTrue();
    Request request =
        Request.about(RequestType.IMPORT, "r", "s", new SessionTask(CacheTier.ALL, true, chunk));
    assertThat(RequestJson.read(RequestJson.write(request)))
        .usingRecursiveComparison()
        .isEqualTo(request);
  }

  @Provide
  Arbitrary<Request> requests() {
    Arbitrary<String> ids = Arbitraries.strings().alpha().numeric().ofMinLength(1).ofMaxLength(20);
    Arbitrary<SamplingParams> sampling =
        Combinators.combine(
                Arbitraries.doubles().between(0, 2),
                Arbitraries.doubles().between(0.01, 1),
                Arbitraries.integers().between(0, 1000),
                Arbitraries.doubles().between(0, 0.99),
                Arbitraries.longs().injectNull(0.3),
                Arbitraries.doubles().between(-2, 2),
                Arbitraries.doubles().between(-2, 2),
                Arbitraries.doubles().between(0.01, 2))
            .as(SamplingParams::new);
    Arbitrary<SamplingParams> more =
        Combinators.combine(
                sampling,
                Arbitraries.maps(
                        Arbitraries.integers().between(0, 999_999_999),
                        Arbitraries.doubles().between(-100, 100))
                    .ofMaxSize(5),
                Arbitraries.integers().between(0, 20).injectNull(0.5),
                Arbitraries.of(ResponseFormat.values()),
                Arbitraries.integers().between(1, 8),
                Arbitraries.of(true, false))
            .as(WireRoundTripTest::sampling);
    Arbitrary<List<String>> stops = texts().filter(t -> !t.isEmpty()).list().ofMaxSize(4);
    return Combinators.combine(
            Arbitraries.integers().between(0, 5),
            ids,
            texts(),
            more,
            stops,
            Arbitraries.integers().between(-10, 10),
            Arbitraries.longs().between(0, 1L << 45))
        .as(WireRoundTripTest::request);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of("", "a", "\"\\\n\t\u0000", "😀é", "\uFFFD", "</s>", "héllo wörld")
        .list()
        .ofMaxSize(6)
        .map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<String> anyTexts() {
    return Arbitraries.integers()
        .between(0, Character.MAX_CODE_POINT)
        .filter(point -> point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
        .map(Character::toString)
        .list()
        .ofMaxSize(40)
        .map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<Double> times() {
    return Arbitraries.doubles().between(0, 1e9);
  }

  private static SamplingParams sampling(
      SamplingParams s,
      Map<Integer, Double> bias,
      Integer topLogprobs,
      ResponseFormat format,
      int choices,
      boolean ignoreEos) {
    return new SamplingParams(
        s.temperature(),
        s.topP(),
        s.topK(),
        s.minP(),
        s.seed(),
        s.frequencyPenalty(),
        s.presencePenalty(),
        s.repetitionPenalty(),
        ignoreEos,
        bias,
        topLogprobs,
        format,
        choices);
  }

  /** A session takes one answer. */
  private static SamplingParams single(SamplingParams s) {
    return sampling(s, s.logitBias(), s.topLogprobs(), s.format(), 1, s.ignoreEos());
  }

  private static Request request(
      int form,
      String id,
      String text,
      SamplingParams sampling,
      List<String> stops,
      int number,
      long millis) {
    RequestType type =
        switch (form) {
          case 3 -> RequestType.CANCEL;
          case 4 -> RequestType.END_SESSION;
          case 5 -> RequestType.CLEAR_CACHE;
          default -> RequestType.GENERATE;
        };
    String session = form >= 2 || number > 0 ? id + "-s" : null;
    return new Request(
        type,
        id,
        session,
        form == 0 ? List.of(new Message(Role.USER, text), new Message(Role.TOOL, "x")) : null,
        form == 1 ? text : null,
        form == 2 ? List.of(0, number + 10, 7) : null,
        number > 0 ? number * 100 : null,
        session == null ? sampling : single(sampling),
        stops,
        number % 2 == 0,
        number < -5 ? "tenant" : null,
        number,
        number > 3 ? millis : null,
        number == 2 ? "model" : null,
        form == 3 ? "target" : null,
        millis,
        form == 5 ? new SessionTask(CacheTier.HOST, true, null) : SessionTask.NONE);
  }

  private static Request arriving(Request r, long millis) {
    return new Request(
        r.type(),
        r.requestId(),
        r.sessionId(),
        r.messages(),
        r.prompt(),
        r.promptIds(),
        r.maxTokens(),
        r.sampling(),
        r.stop(),
        r.stream(),
        r.tenant(),
        r.priority(),
        r.deadlineMillis(),
        r.model(),
        r.targetRequestId(),
        millis,
        r.task());
  }
}
