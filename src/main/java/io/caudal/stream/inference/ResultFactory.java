package io.caudal.stream.inference;

import io.caudal.engine.GenerationOutcome;
import io.caudal.metrics.Counter;
import io.caudal.metrics.Latency;
import io.caudal.metrics.SubtaskMetrics;
import io.caudal.protocol.Failure;
import io.caudal.protocol.FinishReason;
import io.caudal.protocol.Request;
import io.caudal.protocol.Result;
import io.caudal.protocol.Timings;
import io.caudal.protocol.TokenLogprobs;
import io.caudal.protocol.Usage;
import io.caudal.stream.operator.KeyedAsyncContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the results of requests, and counts them. Task thread only. */
final class ResultFactory {
  private static final double NANOS_PER_MILLI = 1e6;

  private final KeyedAsyncContext<Result> context;
  private final String model;
  private final LiveSettings live;
  private final SubtaskMetrics metrics;

  ResultFactory(
      KeyedAsyncContext<Result> context, String model, LiveSettings live, SubtaskMetrics metrics) {
    this.context = context;
    this.model = model;
    this.live = live;
    this.metrics = metrics;
  }

  SubtaskMetrics metrics() {
    return metrics;
  }

  /**
   * The result of a request that the engine worked on.
   *
   * @param logprobs null if not asked for
   */
  Result of(
      Turn turn, GenerationOutcome outcome, int turns, @Nullable List<TokenLogprobs> logprobs) {
    Usage usage = new Usage(turn.context().length, outcome.cachedTokens(), outcome.output().length);
    Timings timings = timings(turn, outcome);
    if (outcome.failure() == null) {
      record(usage, timings, turn.continuedTokens() == 0 && outcome.firstTokenMillis() > 0);
    }
    return result(
        turn.request(),
        turns,
        outcome.text(),
        outcome.reason(),
        outcome.failure(),
        usage,
        timings,
        logprobs);
  }

  /** The result of a request that did not reach the engine, or was given up. */
  Result failed(Request request, Failure failure) {
    return result(
        request, 0, "", FinishReason.ERROR, failure, Usage.NONE, sinceArrival(request), null);
  }

  /** The result of a request that asks for no text. */
  Result acknowledged(Request request) {
    return result(request, 0, "", FinishReason.STOP, null, Usage.NONE, sinceArrival(request), null);
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
        stored.logprobs());
  }

  private Result result(
      Request request,
      int turns,
      String text,
      FinishReason reason,
      @Nullable Failure failure,
      Usage usage,
      Timings timings,
      @Nullable List<TokenLogprobs> logprobs) {
    metrics.add(failure == null ? Counter.RESULTS_OK : Counter.RESULTS_FAILED, 1);
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
        logprobs);
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
