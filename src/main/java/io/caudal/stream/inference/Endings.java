package io.caudal.stream.inference;

import io.caudal.config.RequestSettings;
import io.caudal.error.ErrorCode;
import io.caudal.protocol.Failure;
import io.caudal.protocol.Request;
import io.caudal.protocol.Result;
import io.caudal.protocol.TokenChunk;
import io.caudal.stream.operator.AsyncCall;
import io.caudal.stream.operator.Completion;
import io.caudal.stream.operator.Emitter;
import io.caudal.stream.operator.KeyedAsyncContext;
import io.caudal.stream.state.SessionHeader;
import io.caudal.stream.state.SessionStore;
import org.jspecify.annotations.Nullable;

/** How requests end: what readers are told, and what is kept of it. Task thread only. */
final class Endings {
  private final KeyedAsyncContext<Result> context;
  private final SessionStore store;
  private final SessionExpiry expiry;
  private final ResultFactory results;
  private final CommitWaits commits;
  private RequestSettings limits;

  Endings(
      KeyedAsyncContext<Result> context,
      SessionStore store,
      SessionExpiry expiry,
      ResultFactory results,
      CommitWaits commits,
      RequestSettings limits) {
    this.context = context;
    this.store = store;
    this.expiry = expiry;
    this.results = results;
    this.commits = commits;
    this.limits = limits;
  }

  /** Live settings; they hold from the next request on. */
  void configure(RequestSettings limits) {
    this.limits = limits;
  }

  /** Ends a request that takes too long, and its work. */
  void giveUp(
      String key,
      Request request,
      AsyncCall<int[]> call,
      Completion<Result> completion,
      String reason) {
    Failure failure = new Failure(ErrorCode.TIMEOUT, reason);
    completion.complete(out -> failed(key, request, call, failure, out));
    call.cancel(); // afterwards: the first completion counts, and this one says why
  }

  /**
   * Ends a request without the engine: its stream and its result.
   *
   * @param call its work, perhaps in mid-answer; null if that had not begun
   */
  void failed(
      String key,
      Request request,
      @Nullable AsyncCall<int[]> call,
      Failure failure,
      Emitter<Result> out)
      throws Exception {
    endStream(request, call, out);
    out.emit(finished(key, results.failed(request, failure)));
  }

  /** The last piece of an answer that ends without the engine. */
  private void endStream(Request request, @Nullable AsyncCall<int[]> call, Emitter<Result> out) {
    AsyncCall<int[]> work = call instanceof WaitingCall waiting ? waiting.work() : call;
    if (work instanceof InferenceCall begun) {
      begun.endStream(out);
    } else if (request.stream()) {
      out.emit(
          Outputs.TOKENS,
          new TokenChunk(request.requestId(), request.sessionId(), context.attempt(), 0, "", true));
    }
  }

  /** Keeps the result for a request id that comes again, unless sending again may help. */
  Result finished(String key, Result result) throws Exception {
    commits.emitted(context.currentTimeMillis());
    Failure failure = result.failure();
    if (failure == null || !failure.code().retryable()) {
      long now = context.currentTimeMillis();
      SessionHeader header = store.remember(result, now, limits.remembered());
      long due = now + expiry.ttlMillis(key);
      if (header.timerMillis() == 0 || header.timerMillis() > due) {
        context.deleteTimer(header.timerMillis());
        store.setHeader(header.withTimer(expiry.timer(due)));
      }
    }
    return result;
  }
}
