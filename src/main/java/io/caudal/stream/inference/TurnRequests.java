package io.caudal.stream.inference;

import io.caudal.config.KvSettings;
import io.caudal.config.RequestSettings;
import io.caudal.engine.Generation;
import io.caudal.engine.GenerationListener;
import io.caudal.engine.GenerationOutcome;
import io.caudal.engine.host.Engine;
import io.caudal.engine.host.KvArrival;
import io.caudal.engine.host.Submission;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.kv.KvBlock;
import io.caudal.metrics.Counter;
import io.caudal.protocol.Failure;
import io.caudal.protocol.Request;
import io.caudal.protocol.Result;
import io.caudal.stream.operator.AsyncCall;
import io.caudal.stream.operator.Completion;
import io.caudal.stream.operator.KeyedAsyncContext;
import io.caudal.stream.state.SessionHeader;
import io.caudal.stream.state.SessionStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Requests for an answer: from what a session remembers to what it remembers then. Task thread
 * only.
 */
final class TurnRequests {
  private static final Duration TIMEOUT_CHECK = Duration.ofMillis(50);

  /**
   * KV of a turn's session.
   *
   * @param arrival what was read, behind what is off the heap; null for nothing
   * @param resident tokens on the device
   * @param restored tokens that were read
   * @param stored tokens up to the last whose KV is in state and of use
   */
  record AtHand(@Nullable KvArrival arrival, int resident, int restored, int stored) {

    /**
     * Tokens whose KV need not leave the device again: it has, or would for nothing. What HOST has
     * lost meanwhile leaves it when it has been computed again, so that a turn never copies more
     * than it computes.
     *
     * @param history tokens that the session remembers
     */
    int kept(boolean persists, int history) {
      return persists ? stored : Math.max(stored, Math.min(resident, history));
    }
  }

  private final KeyedAsyncContext<Result> context;
  private final Engine engine;
  private final SessionStore store;
  private final SessionMemory memory;
  private final ResultFactory results;
  private final Endings endings;
  private final TurnPreparer preparer;
  private final RestoreChoice choice;
  private final Prefetch prefetch;
  private final StageTimeouts timeouts = new StageTimeouts();
  private RequestSettings limits;
  private KvSettings kv;

  TurnRequests(
      KeyedAsyncContext<Result> context,
      Engine engine,
      SessionStore store,
      SessionMemory memory,
      ResultFactory results,
      Endings endings,
      RequestSettings limits,
      KvSettings kv) {
    this.context = context;
    this.engine = engine;
    this.store = store;
    this.memory = memory;
    this.results = results;
    this.endings = endings;
    this.limits = limits;
    this.kv = kv;
    preparer = new TurnPreparer(engine, limits, kv);
    choice = new RestoreChoice(results.metrics());
    prefetch = new Prefetch(kv.prefetchPlaces(), () -> kv.waitingBytes() == 0 || hasRoom());
    context.every(TIMEOUT_CHECK, out -> giveUpLate());
  }

  /** Live settings; they hold from the next request on. */
  void configure(RequestSettings limits, KvSettings kv) {
    this.limits = limits;
    this.kv = kv;
    preparer.configure(limits, kv);
    prefetch.setPlaces(kv.prefetchPlaces());
  }

  AsyncCall<int[]> start(
      String key, Request request, List<int[]> progress, Completion<Result> completion)
      throws Exception {
    AsyncCall<int[]> call = generate(key, request, progress, completion);
    if (call instanceof StageTimeouts.Staged staged) {
      long now = context.currentTimeMillis();
      timeouts.add(new StageTimeouts.Started(key, request, staged, completion, now));
    }
    return call;
  }

  private void giveUpLate() {
    long now = context.currentTimeMillis();
    timeouts.advance(now);
    Duration first = limits.firstTokenTimeout();
    timeouts.limitFirstToken(
        now,
        first,
        late ->
            giveUp(
                late,
                Counter.FIRST_TOKEN_TIMEOUTS,
                "no token within request.first-token-timeout = " + first.toMillis() + " ms"));
    Duration decode = limits.decodeTimeout();
    timeouts.limitDecode(
        now,
        decode,
        late ->
            giveUp(
                late,
                Counter.DECODE_TIMEOUTS,
                "tokens came for longer than request.decode-timeout = "
                    + decode.toMillis()
                    + " ms"));
  }

  private void giveUp(StageTimeouts.Started late, Counter counter, String reason) {
    results.metrics().add(counter, 1);
    endings.giveUp(late.key(), late.request(), late.call(), late.completion(), reason);
  }

  private AsyncCall<int[]> generate(
      String key, Request request, List<int[]> progress, Completion<Result> completion)
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
      List<int[]> progress,
      Completion<Result> completion,
      boolean placed)
      throws Exception {
    SessionHeader header = header(request);
    try {
      Runnable leave = placed ? () -> context.execute(out -> prefetch.leave()) : () -> {};
      return submit(
          key,
          request,
          header,
          Progress.read(progress, request.sampling(), engine.text().fingerprint()),
          completion,
          leave);
    } catch (CaudalException e) {
      if (e.code() == ErrorCode.ENGINE_FAILED) {
        throw e;
      }
      if (placed) {
        prefetch.leave();
      }
      Failure failure = new Failure(e.code(), Objects.requireNonNull(e.getMessage()));
      completion.complete(out -> endings.failed(key, request, null, failure, out));
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
    AtHand found = atHand(request, header, prompt);
    boolean persists = request.sessionId() != null && choice.persists(kv.persist());
    Turn turn =
        new Turn(
            key,
            request,
            prompt,
            header.tokens(),
            progress.stream().mapToInt(one -> one.ids().length).sum(),
            found.stored(),
            persists,
            found.resident(),
            found.restored(),
            header.turns() == 0 ? -1 : Math.max(0, startMillis - header.lastUsedMillis()),
            startMillis,
            System.nanoTime() - startNanos);

    InferenceCall call =
        new InferenceCall(
            request,
            engine.text().fingerprint(),
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
              request,
              context,
              one.ids().length,
              found.kept(persists, header.tokens()),
              maxNewTokens,
              generations.size()));
    }
    call.submitted(
        generations.size() == 1
            ? List.of(submit(generations.get(0), found.arrival(), call.answers().get(0)))
            : engine.submitAll(generations, call.answers()));
    return call;
  }

  /** Reads what a session's turn needs from state, if that is expected to be worth it. */
  private AtHand atHand(Request request, SessionHeader header, int[] prompt) throws Exception {
    String session = request.sessionId();
    int stored = memory.storedTokens(header);
    if (session == null) {
      return new AtHand(null, 0, 0, stored);
    }
    if (header.pinned()) {
      engine.copies().setPinned(session, true); // after a restart nobody else has said so
    }
    String tenant = Generations.tenant(request);
    int resident = engine.residentTokens(session);
    List<KvBlock> offHeap = stored > resident ? engine.offHeap(tenant, prompt) : List.of();
    int there = offHeap.size() * engine.blockTokens();
    if (stored <= Math.max(resident, there)) {
      return new AtHand(null, resident, 0, stored);
    }
    int from = Math.max(header.kvFrom(), there);
    // A part of a block costs next to nothing and says nothing of what others do.
    boolean rest = there > 0 && stored - from < engine.blockTokens();
    // Of those that may read, only one finds no room: then others' KV fills it, or none is allowed.
    boolean room = hasRoom();
    int refused = room ? 0 : stored - Math.max(resident, from);
    results.metrics().add(Counter.REFUSED_RESTORE_TOKENS, refused);
    boolean restores = rest ? room : choice.restores(stored - from, room);
    if (!restores) {
      return new AtHand(null, resident, 0, stored);
    }
    long start = System.nanoTime();
    // What state lacks and nobody has is computed for all who share it.
    List<KvBlock> before = from == there ? offHeap : List.of();
    KvArrival arrival = engine.expect(session, tenant, prompt, before);
    read(header, prompt, from, arrival);
    int restored = arrival.readTokens();
    if (!rest) {
      choice.restored(restored, System.nanoTime() - start);
    }
    return new AtHand(arrival, resident, restored, from + restored);
  }

  /** Whether more KV may wait on the heap for its turn. */
  private boolean hasRoom() {
    return engine.waitingBytes() < kv.waitingRoom((double) Runtime.getRuntime().maxMemory());
  }

  private void read(SessionHeader header, int[] prompt, int from, KvArrival arrival)
      throws Exception {
    boolean done = false;
    try {
      memory.restore(header, prompt, from, arrival::add);
      done = true;
    } finally {
      if (!done) {
        arrival.abandon();
      }
    }
  }

  private Submission submit(
      Generation generation, @Nullable KvArrival arrival, GenerationListener listener) {
    return arrival == null
        ? engine.submit(generation, List.of(), listener)
        : engine.submit(generation, arrival, listener);
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
    Failure tooLarge = results.tooLarge(answers);
    if (turn.session() != null && outcome != null) {
      SessionHeader header = header(turn.request());
      int computed = turn.context().length - outcome.cachedTokens();
      int again = Math.max(0, turn.historyTokens() - outcome.cachedTokens());
      choice.prefilled(computed, again, outcome.prefillNanos());
      if (outcome.failure() == null && tooLarge == null) {
        if (header.turns() == 0) {
          results.metrics().add(Counter.SESSIONS_STARTED, 1);
        }
        header = memory.store(header, turn, outcome);
        countKv(turn, header);
      }
      turns = header.turns();
    }
    return endings.finished(turn.key(), results.of(turn, answers, turns, tooLarge));
  }

  private void countKv(Turn turn, SessionHeader header) {
    long token = engine.model().kv().bytesPerToken();
    long kvBytes = (header.kvTokens() - header.kvFrom()) * token;
    long written = Math.max(0, header.kvTokens() - turn.storedTokens()) * token;
    results.metrics().tops().kv(turn.key(), Generations.tenant(turn.request()), kvBytes, written);
  }

  private SessionHeader header(Request request) throws Exception {
    SessionHeader header = request.sessionId() == null ? null : store.header();
    return header == null ? SessionHeader.fresh(context.currentTimeMillis()) : header;
  }
}
