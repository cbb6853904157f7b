package io.caudal.stream.inference;

import io.caudal.engine.GenerationOutcome;
import io.caudal.engine.host.Engine;
import io.caudal.error.ErrorCode;
import io.caudal.metrics.Counter;
import io.caudal.metrics.Latency;
import io.caudal.metrics.SessionIdle;
import io.caudal.metrics.SubtaskMetrics;
import io.caudal.protocol.Choice;
import io.caudal.protocol.Failure;
import io.caudal.protocol.FinishReason;
import io.caudal.protocol.Removed;
import io.caudal.protocol.Request;
import io.caudal.protocol.Result;
import io.caudal.protocol.ResultJson;
import io.caudal.protocol.SessionInfo;
import io.caudal.protocol.Timings;
import io.caudal.protocol.Usage;
import io.caudal.stream.operator.KeyedAsyncContext;
import io.caudal.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the results of requests, and counts them. Task thread only. */
final class ResultFactory {
  private static final Logger LOG = LoggerFactory.getLogger(ResultFactory.class);
  private static final double NANOS_PER_MILLI = 1e6;

  /** Most of a result's bytes that log probabilities take. */
  private static final int LOGPROBS_PERCENT = 70;

  private final KeyedAsyncContext<Result> context;
  private final String model;
  private final Tokenizer tokenizer;
  private final LiveSettings live;
  private final SubtaskMetrics metrics;
  private final int mostBytes;

  /**
   * @param mostBytes {@code results.max-bytes}
   */
  ResultFactory(
      KeyedAsyncContext<Result> context,
      Engine engine,
      LiveSettings live,
      SubtaskMetrics metrics,
      int mostBytes) {
    this.context = context;
    this.model = engine.model().name();
    this.tokenizer = engine.text().tokenizer();
    this.live = live;
    this.metrics = metrics;
    this.mostBytes = mostBytes;
  }

  SubtaskMetrics metrics() {
    return metrics;
  }

  /**
   * Why answers that have all ended well can't be told; null if they can, or if one has not. A
   * record that Kafka refuses would fail the job, and again after each restart.
   */
  @Nullable Failure tooLarge(List<Answer> answers) {
    if (answers.stream().anyMatch(answer -> ended(answer).failure() != null)) {
      return null;
    }
    long bytes = textBytes(answers);
    return bytes <= mostBytes
        ? null
        : new Failure(
            ErrorCode.ANSWER_TOO_LARGE,
            "the text would take "
                + bytes
                + " bytes of the result, the most is "
                + mostBytes
                + " (`results.max-bytes`)");
  }

  /** As JSON; the first answer is told twice where there are several. */
  private static long textBytes(List<Answer> answers) {
    long first = ResultJson.textBytes(ended(answers.get(0)).text());
    long bytes = answers.size() > 1 ? first : 0;
    for (Answer answer : answers) {
      bytes += ResultJson.textBytes(ended(answer).text());
    }
    return bytes;
  }

  /**
   * The result of a request that the engine worked on; all its answers have ended.
   *
   * @param tooLarge why they can't be told; null if they can
   */
  Result of(Turn turn, List<Answer> answers, int turns, @Nullable Failure tooLarge) {
    List<GenerationOutcome> outcomes = answers.stream().map(ResultFactory::ended).toList();
    GenerationOutcome first =
        outcomes.stream().filter(o -> o.failure() != null).findFirst().orElse(outcomes.get(0));
    int tokens = outcomes.stream().mapToInt(outcome -> outcome.output().length).sum();
    Usage usage = new Usage(turn.context().length, first.cachedTokens(), tokens);
    Timings timings = timings(turn, first);
    Failure failure = tooLarge == null ? first.failure() : tooLarge;
    boolean failed = failure != null;
    answers.forEach(answer -> metrics.merge(Latency.ITL_MS, answer.gaps()));
    if (!failed) {
      countHits(turn, usage);
      boolean whole = turn.continuedTokens() == 0 && first.firstTokenMillis() > 0;
      record(usage, timings, whole && answers.size() == 1);
    }
    long most = (long) mostBytes * LOGPROBS_PERCENT / 100;
    long room = Math.min(most, mostBytes - textBytes(answers));
    int scoreBytes = (int) Math.max(0, room / (answers.size() == 1 ? 1 : answers.size() + 1));
    List<Choice> choices = new ArrayList<>();
    for (int i = 0; i < answers.size() && !failed; i++) {
      GenerationOutcome one = outcomes.get(i);
      choices.add(
          new Choice(i, one.text(), one.reason(), answers.get(i).logprobs(tokenizer, scoreBytes)));
    }
    return result(
        turn.request(),
        turns,
        tooLarge == null ? first.text() : "",
        tooLarge == null ? first.reason() : FinishReason.ERROR,
        failure,
        usage,
        timings,
        choices);
  }

  /** Says where the KV was that did not have to be computed. */
  private void countHits(Turn turn, Usage usage) {
    int cached = usage.cachedTokens();
    int device = Math.min(cached, turn.residentTokens());
    int state = Math.min(cached - device, turn.restoredTokens());
    metrics.add(Counter.DEVICE_HIT_TOKENS, device);
    metrics.add(Counter.STATE_HIT_TOKENS, state);
    metrics.add(Counter.HOST_HIT_TOKENS, cached - device - state);
    metrics.add(Counter.RECOMPUTED_TOKENS, Math.max(0, turn.historyTokens() - cached));
    if (turn.session() != null) {
      metrics.hits(SessionIdle.of(turn.idleMillis()), usage.promptTokens(), cached);
    }
    metrics
        .tops()
        .tokens(
            turn.key(),
            Generations.tenant(turn.request()),
            usage.promptTokens() - cached + usage.completionTokens());
  }

  private static GenerationOutcome ended(Answer answer) {
    return Objects.requireNonNull(answer.outcome(), "the answer has ended");
  }

  /** The result of a request that did not reach the engine, or was given up. */
  Result failed(Request request, Failure failure) {
    return result(
        request, 0, "", FinishReason.ERROR, failure, Usage.NONE, sinceArrival(request), List.of());
  }

  /** The result of a request that asks for no text. */
  Result acknowledged(Request request) {
    return result(
        request, 0, "", FinishReason.STOP, null, Usage.NONE, sinceArrival(request), List.of());
  }

  /** Tells of a session. */
  Result of(Request request, SessionInfo session) {
    return about(request, Usage.NONE, session, null);
  }

  /** Tells what was removed. */
  Result of(Request request, Removed removed) {
    return about(request, Usage.NONE, null, removed);
  }

  /** Tells of tokens where none was generated. */
  Result of(Request request, Usage usage) {
    return about(request, usage, null, null);
  }

  private Result about(
      Request request, Usage usage, @Nullable SessionInfo session, @Nullable Removed removed) {
    metrics.add(Counter.RESULTS_OK, 1);
    return new Result(
        request.requestId(),
        request.sessionId(),
        0,
        context.attempt(),
        "",
        FinishReason.STOP,
        null,
        usage,
        sinceArrival(request),
        model,
        live.version(),
        false,
        null,
        null,
        session,
        removed);
  }

  /** A stored result, sent again to whoever asks again. */
  Result repeated(Result stored, Request request) {
    metrics.add(Counter.RESULTS_REPEATED, 1);
    return new Result(
        request.requestId(),
        stored.sessionId(),
        stored.turn(),
        stored.attempt(),
        stored.text(),
        stored.finishReason(),
        stored.failure(),
        stored.usage(),
        stored.timings(),
        stored.model(),
        stored.configVersion(),
        true,
        stored.logprobs(),
        stored.choices());
  }

  private Result result(
      Request request,
      int turns,
      String text,
      FinishReason reason,
      @Nullable Failure failure,
      Usage usage,
      Timings timings,
      List<Choice> choices) {
    metrics.add(failure == null ? Counter.RESULTS_OK : Counter.RESULTS_FAILED, 1);
    if (failure != null) {
      metrics.fail(failure.code());
    }
    LOG.debug(
        "request {} of session {}: {}, {} of {} prompt tokens cached, {} generated, {} ms",
        request.requestId(),
        request.sessionId(),
        failure == null ? "ok" : failure.code().code(),
        usage.cachedTokens(),
        usage.promptTokens(),
        usage.completionTokens(),
        Math.round(timings.totalMs()));
    return new Result(
        request.requestId(),
        request.sessionId(),
        turns,
        context.attempt(),
        text,
        reason,
        failure,
        usage,
        timings,
        model,
        live.version(),
        false,
        choices.isEmpty() ? null : choices.get(0).logprobs(),
        choices.size() > 1 ? choices : null);
  }

  private Timings timings(Turn turn, GenerationOutcome outcome) {
    long arrival = turn.request().arrivalMillis();
    double restore = turn.restoreNanos() / NANOS_PER_MILLI;
    return new Timings(
        Math.max(0, turn.startMillis() - arrival) + outcome.queueNanos() / NANOS_PER_MILLI,
        restore,
        outcome.prefillNanos() / NANOS_PER_MILLI,
        outcome.decodeNanos() / NANOS_PER_MILLI,
        outcome.firstTokenMillis() == 0 ? 0 : Math.max(0, outcome.firstTokenMillis() - arrival),
        sinceArrival(turn.request()).totalMs());
  }

  private Timings sinceArrival(Request request) {
    long total = Math.max(0, context.currentTimeMillis() - request.arrivalMillis());
    return new Timings(0, 0, 0, 0, 0, total);
  }

  /**
   * @param whole whether this attempt generated the whole answer, so that its times are the
   *     answer's
   */
  private void record(Usage usage, Timings timings, boolean whole) {
    metrics.add(Counter.PROMPT_TOKENS, usage.promptTokens());
    metrics.add(Counter.CACHED_TOKENS, usage.cachedTokens());
    metrics.add(Counter.COMPLETION_TOKENS, usage.completionTokens());
    metrics.record(Latency.TOTAL_MS, timings.totalMs());
    if (!whole) {
      return;
    }
    metrics.record(Latency.QUEUE_MS, timings.queueMs());
    metrics.record(Latency.RESTORE_MS, timings.restoreMs());
    metrics.record(Latency.PREFILL_MS, timings.prefillMs());
    metrics.record(Latency.DECODE_MS, timings.decodeMs());
    metrics.record(Latency.TTFT_MS, timings.ttftMs());
    if (usage.completionTokens() > 1) {
      metrics.record(Latency.TPOT_MS, timings.decodeMs() / (usage.completionTokens() - 1));
    }
  }
}
