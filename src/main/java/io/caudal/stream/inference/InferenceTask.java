package io.caudal.stream.inference;

import io.caudal.config.EngineSettings;
import io.caudal.config.JobSettings;
import io.caudal.config.KafkaSettings;
import io.caudal.config.KvSettings;
import io.caudal.config.RequestSettings;
import io.caudal.config.Settings;
import io.caudal.engine.Generation;
import io.caudal.engine.GenerationOutcome;
import io.caudal.engine.host.Engine;
import io.caudal.engine.host.Engines;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.kv.KvBlock;
import io.caudal.metrics.Counter;
import io.caudal.protocol.ControlChange;
import io.caudal.protocol.Failure;
import io.caudal.protocol.Request;
import io.caudal.protocol.Result;
import io.caudal.protocol.SessionKeys;
import io.caudal.protocol.TokenChunk;
import io.caudal.stream.operator.AsyncCall;
import io.caudal.stream.operator.Completion;
import io.caudal.stream.operator.Emitter;
import io.caudal.stream.operator.KeyQueue;
import io.caudal.stream.operator.KeyedAsyncContext;
import io.caudal.stream.state.SessionHeader;
import io.caudal.stream.state.SessionStore;
import io.caudal.stream.state.SessionTotals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.jspecify.annotations.Nullable;

/** The inference of one subtask, from open to close. Task thread only. */
final class InferenceTask {

  /** A session whose expiry is due while it is busy is looked at again after this. */
  private static final long BUSY_RETRY_MILLIS = 1000;

  private static final Duration HOST_GC_INTERVAL = Duration.ofSeconds(1);
  private static final Duration HANG_CHECK = Duration.ofSeconds(1);
  private static final Duration FIRST_TOKEN_CHECK = Duration.ofMillis(50);

  private final KeyedAsyncContext<Result> context;
  private final Engine engine;
  private final SessionStore store;
  private final SessionMemory memory;
  private final TurnPreparer preparer;
  private final ResultFactory results;
  private final LiveSettings live;
  private final RestoreChoice choice;
  private final SessionTotals totals;
  private final SessionExpiry expiry;
  private final SessionRequests sessions;
  private final SessionSweep sweep;
  private final ResultHold hold;
  private final Prefetch prefetch;
  private final CommitWaits commits;
  private final FirstTokens firstTokens = new FirstTokens();
  private RequestSettings limits;
  private KvSettings kv;

  InferenceTask(Settings settings, KeyedAsyncContext<Result> context, Engines.Lease lease)
      throws Exception {
    this.context = context;
    this.engine = lease.engine();
    live =
        new LiveSettings(
            settings.given(),
            context.broadcastState(LiveSettings.STATE),
            engine,
            context.runtime().getTaskInfo());
    limits = live.requests();
    kv = live.kv();
    totals =
        new SessionTotals(
            context.unionState(SessionTotals.STATE), keyGroups(context.runtime().getTaskInfo()));
    MetricsReporter metrics = new MetricsReporter(context, lease, live, totals);
    context.every(JobSettings.from(settings).metricsInterval(), metrics::report);
    Duration stepTimeout = EngineSettings.from(settings).stepTimeout();
    context.every(HANG_CHECK, out -> engine.giveUpHanging(stepTimeout));
    store = new SessionStore(context.runtime(), totals, context::currentKeyGroup);
    String track = "subtask " + context.runtime().getTaskInfo().getIndexOfThisSubtask();
    memory = new SessionMemory(store, engine, metrics.metrics(), live, track);
    choice = new RestoreChoice(metrics.metrics());
    preparer = new TurnPreparer(engine, limits, kv);
    results = new ResultFactory(context, engine, live, metrics.metrics());
    commits = new CommitWaits(KafkaSettings.from(settings).delivery(), metrics.metrics());
    expiry = new SessionExpiry(context, store, metrics.metrics(), live);
    SessionInfos infos = new SessionInfos(engine, expiry);
    sessions = new SessionRequests(engine, store, memory, expiry, infos, results);
    hold = new ResultHold(context, context.broadcastState(LiveSettings.STATE));
    sweep = new SessionSweep(context, engine, store, infos, live, hold);
    prefetch = new Prefetch(kv.prefetchPlaces());
    context.every(HOST_GC_INTERVAL, out -> collect());
    context.every(FIRST_TOKEN_CHECK, out -> giveUpLate());
  }

  private void collect() {
    if (kv.hostGc()) {
      engine.copies().collect(kv.hostGcThreshold());
    }
  }

  private static KeyGroupRange keyGroups(TaskInfo task) {
    return KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex(
        task.getMaxNumberOfParallelSubtasks(),
        task.getNumberOfParallelSubtasks(),
        task.getIndexOfThisSubtask());
  }

  AsyncCall<int[]> start(
      String key, Request request, int @Nullable [] progress, Completion<Result> completion)
      throws Exception {
    results.metrics().add(Counter.REQUESTS, progress == null ? 1 : 0);
    Result stored = store.result(request.requestId());
    if (stored == null && request.sessionId() == null && live.singleFlight()) {
      stored = sameContent();
    }
    if (stored != null) {
      Result again = results.repeated(stored, request);
      completion.complete(out -> out.emit(again));
      return InferenceCall.done();
    }
    return switch (request.type()) {
      case GENERATE -> {
        AsyncCall<int[]> call = generate(key, request, progress, completion);
        if (call instanceof FirstTokens.Begins begins) {
          long now = context.currentTimeMillis();
          firstTokens.add(new FirstTokens.Start(key, request, begins, completion, now));
        }
        yield call;
      }
      case END_SESSION -> sessions.end(key, request, completion);
      case SHOW -> sessions.show(key, request, completion);
      case PIN -> sessions.pin(key, request, true, completion);
      case UNPIN -> sessions.pin(key, request, false, completion);
      case WARM -> sessions.warm(key, request, completion);
      case CLEAR_CACHE -> sessions.clear(key, request, completion);
      case EXPORT -> sessions.export(key, request, completion);
      case IMPORT -> sessions.takeIn(key, request, completion, context.currentTimeMillis());
      case CANCEL -> nothingToCancel(request, completion);
    };
  }

  private AsyncCall<int[]> nothingToCancel(Request request, Completion<Result> completion) {
    completion.complete(out -> out.emit(results.acknowledged(request)));
    return InferenceCall.done();
  }

  void cancel(String key, Request request, KeyQueue<Request, int[]> queue, Emitter<Result> out)
      throws Exception {
    String target = request.targetRequestId();
    Request running = queue.runningInput();
    AsyncCall<int[]> call = queue.runningCall();
    if (running != null && running.requestId().equals(target) && queue.abandonRunning()) {
      cancelled(key, running, call, out);
    }
    for (Request waiting : queue.removeWaiting(r -> r.requestId().equals(target))) {
      cancelled(key, waiting, null, out);
    }
    out.emit(results.acknowledged(request));
  }

  long timeoutMillis() {
    return limits.timeout().toMillis();
  }

  void timeout(String key, Request request, AsyncCall<int[]> call, Completion<Result> completion) {
    giveUp(
        key,
        request,
        call,
        completion,
        "no answer within request.timeout = " + limits.timeout().toMillis() + " ms");
  }

  private void giveUpLate() {
    Duration limit = limits.firstTokenTimeout();
    firstTokens.check(
        context.currentTimeMillis(),
        limit,
        late ->
            giveUp(
                late.key(),
                late.request(),
                late.call(),
                late.completion(),
                "no token within request.first-token-timeout = " + limit.toMillis() + " ms"));
  }

  private void giveUp(
      String key,
      Request request,
      AsyncCall<int[]> call,
      Completion<Result> completion,
      String reason) {
    Failure failure = new Failure(ErrorCode.TIMEOUT, reason);
    completion.complete(
        out -> {
          endStream(request, call, out);
          out.emit(finished(key, results.failed(request, failure)));
        });
    call.cancel(); // afterwards: the first completion counts, and this one says why
  }

  void control(ControlChange change, Emitter<Result> out) throws Exception {
    if (change.action() != null) {
      sweep.start(change, change.action(), out);
      return;
    }
    out.emit(Outputs.ACKS, live.change(change));
    limits = live.requests();
    kv = live.kv();
    preparer.configure(limits, kv);
    prefetch.setPlaces(kv.prefetchPlaces());
  }

  void snapshot(long checkpointId) throws Exception {
    totals.store();
    commits.snapshot(checkpointId);
  }

  void completed(long checkpointId) {
    commits.completed(checkpointId, context.currentTimeMillis());
  }

  void onTimer(String key, long timestamp, KeyQueue<Request, int[]> queue) throws Exception {
    SessionHeader header = store.header();
    if (header == null || header.timerMillis() != timestamp) {
      return; // the timer of a session that ended since
    }
    long now = context.currentTimeMillis();
    long due = header.lastUsedMillis() + expiry.ttlMillis(key);
    if (due > now || !queue.isEmpty()) {
      store.setHeader(header.withTimer(expiry.timer(Math.max(due, now + BUSY_RETRY_MILLIS))));
    } else {
      expiry.forgetState();
      results.metrics().tops().ended(key);
      if (!SessionKeys.isSessionless(key)) {
        var unused = engine.copies().forget(key);
      }
    }
  }

  private AsyncCall<int[]> generate(
      String key, Request request, int @Nullable [] progress, Completion<Result> completion)
      throws Exception {
    String session = request.sessionId();
    boolean reads =
        session != null && memory.storedTokens(header(request)) > engine.residentTokens(session);
    if (!reads || prefetch.tryEnter()) {
      return begin(key, request, progress, completion, reads);
    }
    WaitingCall waiting =
        new WaitingCall(
            prefetch, completion, () -> begin(key, request, progress, completion, true));
    prefetch.await(request.priority(), waiting);
    return waiting;
  }

  /**
   * @param placed whether it has a place in {@link Prefetch}, to be given back when its KV is on
   *     the device
   */
  private AsyncCall<int[]> begin(
      String key,
      Request request,
      int @Nullable [] progress,
      Completion<Result> completion,
      boolean placed)
      throws Exception {
    SessionHeader header = header(request);
    try {
      Runnable leave = placed ? () -> context.execute(out -> prefetch.leave()) : () -> {};
      return submit(
          key, request, header, Progress.read(progress, request.sampling()), completion, leave);
    } catch (CaudalException e) {
      if (e.code() == ErrorCode.ENGINE_FAILED) {
        throw e;
      }
      if (placed) {
        prefetch.leave();
      }
      Failure failure = new Failure(e.code(), Objects.requireNonNull(e.getMessage()));
      completion.complete(
          out -> {
            endStream(request, null, out);
            out.emit(finished(key, results.failed(request, failure)));
          });
      return InferenceCall.done();
    }
  }

  private InferenceCall submit(
      String key,
      Request request,
      SessionHeader header,
      List<Progress> progress,
      Completion<Result> completion,
      Runnable begun)
      throws Exception {
    long startMillis = context.currentTimeMillis();
    Long deadline = request.deadlineMillis();
    if (deadline != null && deadline < startMillis) {
      throw new CaudalException(
          ErrorCode.DEADLINE_EXCEEDED, "the request's deadline " + deadline + " has passed");
    }
    checkFailures(request);
    int[] prompt = preparer.context(request, memory.tokens(header));
    int maxNewTokens = preparer.maxNewTokens(request, prompt.length);

    long startNanos = System.nanoTime();
    List<KvBlock> blocks = List.of();
    int stored = memory.storedTokens(header);
    String session = request.sessionId();
    if (session != null && header.pinned()) {
      engine.copies().setPinned(session, true); // after a restart nobody else has said so
    }
    int resident = session == null ? 0 : engine.residentTokens(session);
    if (session != null && stored > 0 && !atHand(request, prompt, stored)) {
      // Sessions that return all at once must not fill the heap: those beyond are recomputed.
      boolean room = engine.waitingBytes() < kv.waitingBytes();
      if (choice.restores(stored - header.kvFrom(), room)) {
        blocks = memory.restore(header, prompt);
        int restored = blocks.stream().mapToInt(KvBlock::tokens).sum();
        choice.restored(restored, System.nanoTime() - startNanos);
        stored = restored == 0 ? 0 : header.kvFrom() + restored;
      }
      results
          .metrics()
          .add(Counter.REFUSED_RESTORE_TOKENS, room ? 0 : stored - Math.min(stored, resident));
    }
    Turn turn =
        new Turn(
            key,
            request,
            prompt,
            header.tokens(),
            progress.stream().mapToInt(one -> one.ids().length).sum(),
            stored,
            resident,
            blocks.stream().mapToInt(KvBlock::tokens).sum(),
            header.turns() == 0 ? -1 : Math.max(0, startMillis - header.lastUsedMillis()),
            startMillis,
            System.nanoTime() - startNanos);

    InferenceCall call =
        new InferenceCall(
            request,
            this.context.attempt(),
            completion,
            progress,
            answers -> end(turn, answers),
            begun);
    List<Generation> generations = new ArrayList<>();
    for (Progress one : progress) {
      int[] context = one.after(prompt);
      generations.add(
          Generations.of(
              request, context, one.ids().length, stored, maxNewTokens, generations.size()));
    }
    call.submitted(
        generations.size() == 1
            ? List.of(engine.submit(generations.get(0), blocks, call.answers().get(0)))
            : engine.submitAll(generations, call.answers()));
    return call;
  }

  /** Whether the session's KV is on the device or off the heap, all but what is left of a block. */
  private boolean atHand(Request request, int[] prompt, int stored) {
    int wanted = stored / engine.blockTokens() * engine.blockTokens();
    return engine.residentTokens(Objects.requireNonNull(request.sessionId())) >= stored
        || (wanted > 0 && engine.hostTokens(Generations.tenant(request), prompt) >= wanted);
  }

  /** A request that breaks the engine each time must not restart the job for ever. */
  private void checkFailures(Request request) {
    int failures = engine.failures(request.sessionId(), request.requestId());
    if (failures >= limits.maxAttempts()) {
      throw new CaudalException(
          ErrorCode.BREAKS_ENGINE,
          "the engine failed "
              + failures
              + " times in a step with this request (request.max-attempts = "
              + limits.maxAttempts()
              + ")");
    }
  }

  /** The turn is over: remember it, if it was answered. Task thread, key set. */
  private Result end(Turn turn, List<Answer> answers) throws Exception {
    int turns = 0;
    GenerationOutcome outcome = answers.get(0).outcome();
    if (turn.session() != null && outcome != null) {
      SessionHeader header = header(turn.request());
      int computed = turn.context().length - outcome.cachedTokens();
      int again = Math.max(0, turn.historyTokens() - outcome.cachedTokens());
      choice.prefilled(computed, again, outcome.prefillNanos());
      if (outcome.failure() == null) {
        if (header.turns() == 0) {
          results.metrics().add(Counter.SESSIONS_STARTED, 1);
        }
        header = memory.store(header, turn, outcome, choice.persists(kv.persist()));
        countKv(turn, header);
      }
      turns = header.turns();
    }
    return finished(turn.key(), results.of(turn, answers, turns));
  }

  private void countKv(Turn turn, SessionHeader header) {
    long token = engine.model().kv().bytesPerToken();
    long kvBytes = (header.kvTokens() - header.kvFrom()) * token;
    long written = Math.max(0, header.kvTokens() - turn.storedTokens()) * token;
    results.metrics().tops().kv(turn.key(), Generations.tenant(turn.request()), kvBytes, written);
  }

  private void cancelled(
      String key, Request request, @Nullable AsyncCall<int[]> call, Emitter<Result> out)
      throws Exception {
    endStream(request, call, out);
    Failure failure = new Failure(ErrorCode.CANCELLED, "cancelled by request");
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
  private Result finished(String key, Result result) throws Exception {
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

  /** A request without a session has its content for a key: whatever is stored answers it too. */
  private @Nullable Result sameContent() throws Exception {
    SessionHeader header = store.header();
    if (header == null || header.recent().isEmpty()) {
      return null;
    }
    Result last = store.result(header.recent().get(header.recent().size() - 1));
    boolean usable =
        last != null && last.failure() == null && engine.model().name().equals(last.model());
    return usable ? last : null;
  }

  private SessionHeader header(Request request) throws Exception {
    SessionHeader header = request.sessionId() == null ? null : store.header();
    return header == null ? SessionHeader.fresh(context.currentTimeMillis()) : header;
  }
}
