package io.caudal.stream.inference;

import io.caudal.config.EngineSettings;
import io.caudal.config.JobSettings;
import io.caudal.config.KafkaSettings;
import io.caudal.config.KvSettings;
import io.caudal.config.RequestSettings;
import io.caudal.config.Settings;
import io.caudal.engine.host.Engine;
import io.caudal.engine.host.Engines;
import io.caudal.error.ErrorCode;
import io.caudal.metrics.Counter;
import io.caudal.protocol.ControlChange;
import io.caudal.protocol.Failure;
import io.caudal.protocol.Request;
import io.caudal.protocol.Result;
import io.caudal.protocol.SessionKeys;
import io.caudal.stream.operator.AsyncCall;
import io.caudal.stream.operator.Completion;
import io.caudal.stream.operator.Emitter;
import io.caudal.stream.operator.KeyQueue;
import io.caudal.stream.operator.KeyedAsyncContext;
import io.caudal.stream.state.SessionHeader;
import io.caudal.stream.state.SessionStore;
import io.caudal.stream.state.SessionTotals;
import java.time.Duration;
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
  private static final Failure CANCELLED = new Failure(ErrorCode.CANCELLED, "cancelled by request");

  private final KeyedAsyncContext<Result> context;
  private final Engine engine;
  private final SessionStore store;
  private final ResultFactory results;
  private final LiveSettings live;
  private final SessionTotals totals;
  private final SessionExpiry expiry;
  private final SessionRequests sessions;
  private final ResultHold hold;
  private final SessionSweep sweep;
  private final Endings endings;
  private final TurnRequests turns;
  private final CommitWaits commits;
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
    SessionMemory memory = new SessionMemory(store, engine, metrics.metrics(), live, track);
    results =
        new ResultFactory(
            context, engine, live, metrics.metrics(), KafkaSettings.from(settings).resultBytes());
    commits = new CommitWaits(KafkaSettings.from(settings).delivery(), metrics.metrics());
    expiry = new SessionExpiry(context, store, metrics.metrics(), live);
    endings = new Endings(context, store, expiry, results, commits, limits);
    turns = new TurnRequests(context, engine, store, memory, results, endings, limits, kv);
    SessionInfos infos = new SessionInfos(engine, expiry);
    Warming warming =
        new Warming(
            engine, memory, metrics.metrics(), action -> context.execute(out -> action.run()));
    sessions = new SessionRequests(engine, store, warming, expiry, infos, results);
    hold = new ResultHold(context, context.broadcastState(LiveSettings.STATE));
    sweep = new SessionSweep(context, engine, store, infos, live, hold);
    context.every(HOST_GC_INTERVAL, out -> collect());
    new WarmStart(context, engine, store, warming, kv).begin();
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
      String key, Request request, List<int[]> progress, Completion<Result> completion)
      throws Exception {
    results.metrics().add(Counter.REQUESTS, progress.isEmpty() ? 1 : 0);
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
      case GENERATE -> turns.start(key, request, progress, completion);
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
    for (Request waiting :
        queue.removeWaiting(Objects.hashCode(target), r -> r.requestId().equals(target))) {
      cancelled(key, waiting, null, out);
    }
    out.emit(results.acknowledged(request));
  }

  /** An answer that was given stays the answer. */
  private void cancelled(
      String key, Request request, @Nullable AsyncCall<int[]> call, Emitter<Result> out)
      throws Exception {
    Result stored = store.result(request.requestId());
    if (stored == null) {
      endings.failed(key, request, call, CANCELLED, out);
    } else {
      out.emit(results.repeated(stored, request));
    }
  }

  long timeoutMillis() {
    return limits.timeout().toMillis();
  }

  void timeout(String key, Request request, AsyncCall<int[]> call, Completion<Result> completion) {
    endings.giveUp(
        key,
        request,
        call,
        completion,
        "no answer within request.timeout = " + limits.timeout().toMillis() + " ms");
  }

  void control(ControlChange change, Emitter<Result> out) throws Exception {
    if (change.action() != null) {
      sweep.start(change, change.action(), out);
      return;
    }
    out.emit(Outputs.ACKS, live.change(change));
    limits = live.requests();
    kv = live.kv();
    endings.configure(limits);
    turns.configure(limits, kv);
  }

  void snapshot(long checkpointId, boolean savepoint) throws Exception {
    hold.store(savepoint);
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
}
