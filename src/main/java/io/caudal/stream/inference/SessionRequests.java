package io.caudal.stream.inference;

import io.caudal.engine.host.Engine;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.kv.Freed;
import io.caudal.protocol.CacheTier;
import io.caudal.protocol.Failure;
import io.caudal.protocol.Removed;
import io.caudal.protocol.Request;
import io.caudal.protocol.Result;
import io.caudal.protocol.Usage;
import io.caudal.stream.operator.AsyncCall;
import io.caudal.stream.operator.Completion;
import io.caudal.stream.state.SessionHeader;
import io.caudal.stream.state.SessionStore;
import io.caudal.stream.state.StoredKv;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests about a session that generate nothing. Task thread only, with the session's key set. */
final class SessionRequests {
  private final Engine engine;
  private final SessionStore store;
  private final Warming warming;
  private final SessionExpiry expiry;
  private final SessionInfos infos;
  private final ResultFactory results;
  private final SessionImport imports;

  SessionRequests(
      Engine engine,
      SessionStore store,
      Warming warming,
      SessionExpiry expiry,
      SessionInfos infos,
      ResultFactory results) {
    this.engine = engine;
    this.store = store;
    this.warming = warming;
    this.expiry = expiry;
    this.infos = infos;
    this.results = results;
    this.imports = new SessionImport(engine, store, expiry, results.metrics());
  }

  /** Tells of the session. */
  AsyncCall<int[]> show(String key, Request request, Completion<Result> completion) {
    completion.complete(
        out -> {
          SessionHeader header = known();
          out.emit(
              header == null
                  ? notFound(request)
                  : results.of(
                      request, infos.of(key, header, false, store.tokens(header.tokens()))));
        });
    return InferenceCall.done();
  }

  /** Has the session's KV leave faster tiers after all others, or no more so. */
  AsyncCall<int[]> pin(String key, Request request, boolean pin, Completion<Result> completion) {
    completion.complete(
        out -> {
          SessionHeader header = known();
          if (header == null) {
            out.emit(notFound(request));
            return;
          }
          SessionHeader pinned = header.withPinned(pin);
          store.setHeader(pinned);
          engine.copies().setPinned(key, pin);
          out.emit(results.of(request, infos.of(key, pinned, false)));
        });
    return InferenceCall.done();
  }

  /** Removes KV that can be computed again; the session stays. */
  AsyncCall<int[]> clear(String key, Request request, Completion<Result> completion) {
    CacheTier tier = request.task().tier();
    var unused =
        engine
            .copies()
            .release(List.of(key), tier)
            .thenAccept(
                freed ->
                    completion.complete(
                        out -> out.emit(results.of(request, clearState(tier, freed)))));
    return InferenceCall.done();
  }

  private Removed clearState(CacheTier tier, Freed freed) throws Exception {
    SessionHeader header = store.header();
    long bytes = 0;
    if (header != null && header.kvTokens() > 0 && tier.includes(CacheTier.STATE)) {
      bytes = header.kvBytes();
      store.clearBlocks();
      store.setHeader(header.withKv(StoredKv.NONE));
    }
    return removed(header, freed, bytes);
  }

  /** Forgets the session: copies first, so that an answered end has left nothing. */
  AsyncCall<int[]> end(String key, Request request, Completion<Result> completion) {
    var unused =
        engine
            .copies()
            .forget(key)
            .thenAccept(
                freed ->
                    completion.complete(
                        out -> {
                          SessionHeader header = store.header();
                          long bytes = header == null ? 0 : header.kvBytes();
                          expiry.forgetState();
                          results.metrics().tops().ended(key);
                          out.emit(results.of(request, removed(header, freed, bytes)));
                        }));
    return InferenceCall.done();
  }

  /** Brings the session's KV to the device ahead of its next turn. */
  AsyncCall<int[]> warm(String key, Request request, Completion<Result> completion)
      throws Exception {
    SessionHeader header = known();
    if (header == null) {
      completion.complete(out -> out.emit(notFound(request)));
      return InferenceCall.done();
    }
    try {
      var unused =
          warming
              .warm(key, header, request.priority())
              .thenAccept(
                  warmed ->
                      completion.complete(
                          out -> out.emit(result(request, header, warming.count(warmed)))));
    } catch (CaudalException e) {
      refuse(request, completion, e);
    }
    return InferenceCall.done();
  }

  private Result result(Request request, SessionHeader header, int resident) {
    return results.of(request, new Usage(header.tokens(), resident, 0));
  }

  /** Writes the session to the sessions topic. */
  AsyncCall<int[]> export(String key, Request request, Completion<Result> completion)
      throws Exception {
    SessionHeader header = known();
    if (header == null) {
      completion.complete(out -> out.emit(notFound(request)));
      return InferenceCall.done();
    }
    Result done = results.of(request, infos.of(key, header, false));
    new SessionExport(engine, store, request, key, header, completion, () -> done).start();
    return InferenceCall.done();
  }

  /** Takes a chunk of a session in; with the last one, the session is there. */
  AsyncCall<int[]> takeIn(
      String key, Request request, Completion<Result> completion, long nowMillis) throws Exception {
    try {
      if (!imports.take(key, request.task(), nowMillis)) {
        completion.complete(out -> out.emit(results.acknowledged(request)));
        return InferenceCall.done();
      }
    } catch (CaudalException e) {
      completion.complete(out -> out.emit(notImported(request, e)));
      return InferenceCall.done();
    }
    var unused =
        engine
            .copies()
            .forget(key)
            .thenAccept(
                freed -> completion.complete(out -> out.emit(imported(key, request, nowMillis))));
    return InferenceCall.done();
  }

  private Result imported(String key, Request request, long nowMillis) throws Exception {
    try {
      return results.of(request, infos.of(key, imports.finish(key, nowMillis), false));
    } catch (CaudalException e) {
      return notImported(request, e);
    }
  }

  /** Nothing of it is kept, from its answer on: before, it may come again from a checkpoint. */
  private Result notImported(Request request, CaudalException e) {
    imports.drop();
    return failed(request, e);
  }

  private void refuse(Request request, Completion<Result> completion, CaudalException e) {
    completion.complete(out -> out.emit(failed(request, e)));
  }

  private Result failed(Request request, CaudalException e) {
    return results.failed(request, new Failure(e.code(), String.valueOf(e.getMessage())));
  }

  private Result notFound(Request request) {
    String message =
        "nothing is known of session '"
            + request.sessionId()
            + "': it has ended, expired (kv.state.ttl), or never had a turn";
    return results.failed(request, new Failure(ErrorCode.SESSION_NOT_FOUND, message));
  }

  /** The session's header; null if it remembers nothing. */
  private @Nullable SessionHeader known() throws Exception {
    SessionHeader header = store.header();
    return header == null || header.tokens() == 0 ? null : header;
  }

  private static Removed removed(@Nullable SessionHeader header, Freed freed, long stateBytes) {
    boolean any = header != null && header.tokens() > 0;
    return new Removed(any ? 1 : 0, freed.deviceTokens(), freed.hostBytes(), stateBytes);
  }
}
