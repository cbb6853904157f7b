package io.caudal.engine;

import io.caudal.config.EngineSettings;
import io.caudal.config.Eviction;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.kv.KvBlock;
import io.caudal.kv.KvPool;
import io.caudal.protocol.Failure;
import io.caudal.protocol.FinishReason;
import io.caudal.schedule.Scheduler;
import io.caudal.schedule.Sequence;
import io.caudal.schedule.Slice;
import io.caudal.schedule.StepPlan;
import io.caudal.schedule.TokenLog;
import io.caudal.text.TextStream;
import io.caudal.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step loop's body: plan, run, sample, apply. It has no thread: whoever owns it calls {@link
 * #step} until there is nothing to do, and every other method from that same thread. Only {@link
 * #residentTokens} may be called by others.
 *
 * <p>What goes wrong with one generation ends that one. What goes wrong with the runner is thrown,
 * except for a lack of memory: then idle KV is dropped, then sequences wait, and one that does not
 * even fit alone is ended.
 */
public final class StepEngine {
  private static final Logger LOG = LoggerFactory.getLogger(StepEngine.class);
  private static final double NANOS_PER_MILLI = 1e6;

  private final ModelRunner runner;
  private final ModelInfo model;
  private final DeviceKv kv;
  private final Scheduler scheduler;
  private final Tokenizer tokenizer;
  private final EngineClock clock;
  private final Map<Sequence, LiveGeneration> live = new LinkedHashMap<>();
  private final Map<Sequence, List<Sequence>> followers = new HashMap<>();
  private final PrefixSharing sharing;
  private final StepPace pace = new StepPace();
  private final AnswerForecast forecast = new AnswerForecast();
  private final StepMeter meter;
  private final DeviceMemory memory;
  private int prefillPercent;
  private int speculativeTokens;
  private double deadlineMargin;
  private int room;
  private int sequenceRoom;
  private Consumer<Runnable> inbox = Runnable::run;
  private boolean endsWithoutMemory;
  private long submissions;
  private List<Slice> inStep = List.of();

  /**
   * @param pool books of the runner's KV room
   * @param prefixes shared with the engines of other loops
   */
  public StepEngine(
      ModelRunner runner,
      KvPool pool,
      SharedPrefixes prefixes,
      EngineSettings settings,
      Tokenizer tokenizer,
      EngineClock clock) {
    this.runner = runner;
    this.model = runner.model();
    this.meter = new StepMeter(clock);
    this.kv = new DeviceKv(runner, pool, prefixes.blockTokens(), clock, meter);
    this.room = pool.total();
    this.sequenceRoom = room;
    this.sharing = new PrefixSharing(prefixes, kv);
    this.scheduler = new Scheduler(kv, settings.maxBatch(), settings.tokenBudget());
    scheduler.setTenantWeights(settings.tenantWeights());
    scheduler.setForecast(this::forecastMillis);
    this.memory = new DeviceMemory(kv::evictIdle, this::endForLackOfMemory);
    this.prefillPercent = settings.prefillPercent();
    this.speculativeTokens = settings.speculativeTokens();
    this.deadlineMargin = settings.deadlineMargin();
    this.tokenizer = tokenizer;
    this.clock = clock;
  }

  /**
   * @param inbox runs tasks on the thread that owns this, between two steps; may be called by any
   */
  public void setInbox(Consumer<Runnable> inbox) {
    this.inbox = inbox;
  }

  /**
   * @param ends whether a sequence that the device has no memory for, alone as it is, has {@link
   *     #step} throw, so that all work can go on elsewhere; if not, it is ended
   */
  public void setEndsWithoutMemory(boolean ends) {
    endsWithoutMemory = ends;
  }

  /** Live settings; they hold from the next step on. */
  public void configure(EngineSettings settings) {
    scheduler.configure(settings.maxBatch(), settings.tokenBudget());
    scheduler.setTenantWeights(settings.tenantWeights());
    prefillPercent = settings.prefillPercent();
    speculativeTokens = settings.speculativeTokens();
    deadlineMargin = settings.deadlineMargin();
  }

  /**
   * A live setting: token positions of KV that there is room for. As long as a sequence is here
   * that may need more, there is that much.
   *
   * @param sequence token positions that one sequence may need; longer ones are refused
   */
  public void setRoom(int tokens, int sequence) {
    room = tokens;
    sequenceRoom = sequence;
    fitRoom();
  }

  private void fitRoom() {
    int largest = Math.max(kv.pool().total(), sequenceRoom);
    int most = room;
    for (LiveGeneration task : live.values()) {
      most = Math.max(most, Math.min(task.mostTokens() + 1, largest));
    }
    kv.resize(most);
  }

  /** A live setting: which idle sessions make way when others need their room. */
  public void setEviction(Eviction policy) {
    kv.setPolicy(policy);
  }

  /** Tokens of an idle session whose KV is on the device; 0 for none. Any thread. */
  public int residentTokens(String sessionId) {
    return kv.residentTokens(sessionId);
  }

  /** Idle sessions whose KV is on the device. Any thread. */
  public int residentSessions() {
    return kv.residentSessions();
  }

  /** Token positions of KV in use. */
  public int usedTokens() {
    return kv.pool().total() - kv.pool().free();
  }

  /** Token positions of KV that there is room for. Any thread. */
  public int totalTokens() {
    return kv.pool().total();
  }

  /** How often the device had no memory. Any thread. */
  public long stepsWithoutMemory() {
    return memory.lacks();
  }

  /** Where its time goes. */
  public StepMeter meter() {
    return meter;
  }

  /** Generations queued or running. */
  public int unfinished() {
    return live.size();
  }

  /** The generations that have not ended; for an owner that has to give up. */
  public List<GenerationListener> listeners() {
    return live.values().stream().map(LiveGeneration::listener).toList();
  }

  /** After a step that threw: the generations of its forward pass; none if it failed elsewhere. */
  public List<Generation> suspects() {
    return inStep.stream()
        .map(slice -> live.get(slice.sequence()))
        .filter(Objects::nonNull)
        .map(LiveGeneration::generation)
        .toList();
  }

  /**
   * Queues a generation.
   *
   * @param blocks KV read back from state, without gaps; empty for none
   * @param tokens the generation's context; the engine appends to it what it generates
   * @return what {@link #cancel} takes
   */
  public Sequence submit(
      Generation generation, List<KvBlock> blocks, TokenLog tokens, GenerationListener listener) {
    return enter(generation, tokens, listener, sequence -> share(sequence, blocks, true));
  }

  /** Queues a sequence with what is known of its prompt, or lets it wait for who computes that. */
  private void share(Sequence sequence, List<KvBlock> blocks, boolean mayWait) {
    Generation generation = task(sequence).generation();
    Runnable wake =
        () ->
            inbox.accept(
                () -> {
                  if (live.containsKey(sequence)) {
                    share(sequence, blocks, false);
                  }
                });
    List<KvBlock> known = sharing.enter(sequence, generation, blocks, mayWait ? wake : null);
    if (known != null) {
      queue(sequence, known);
    }
  }

  /**
   * Queues a generation with the prompt of another that was submitted before: it waits until that
   * prompt is computed, and begins with a copy of its KV.
   *
   * @param leader what {@link #submit} gave for the other
   */
  public Sequence follow(
      Sequence leader, Generation generation, TokenLog tokens, GenerationListener listener) {
    return enter(
        generation,
        tokens,
        listener,
        sequence -> {
          LiveGeneration first = live.get(leader);
          if (first == null || first.hasPrompt()) {
            queue(sequence, first == null ? List.of() : promptOf(first));
          } else {
            followers.computeIfAbsent(leader, l -> new ArrayList<>()).add(sequence);
          }
        });
  }

  private Sequence enter(
      Generation generation,
      TokenLog tokens,
      GenerationListener listener,
      Consumer<Sequence> queue) {
    Sequence sequence =
        new Sequence(
            generation.requestId(),
            generation.sessionId(),
            tokens,
            generation.priority(),
            generation.tenant(),
            generation.deadlineMillis(),
            submissions++);
    int[] prompt = Arrays.copyOf(generation.context(), generation.promptTokens());
    TextStream text = new TextStream(tokenizer, generation.stop(), prompt);
    LiveGeneration task =
        new LiveGeneration(
            generation,
            sequence,
            listener,
            text,
            SamplingCheck.constraint(generation.sampling(), tokenizer, model),
            clock.nanos());
    live.put(sequence, task);
    guarded(task, () -> begin(task, queue));
    return sequence;
  }

  private void queue(Sequence sequence, List<KvBlock> blocks) {
    kv.offer(sequence, blocks);
    scheduler.add(sequence);
  }

  private List<KvBlock> promptOf(LiveGeneration task) {
    return kv.copy(task.sequence(), task.generation().promptTokens());
  }

  /** Queues those that wait for a prompt, now that it is computed or never will be. */
  private void queueFollowers(LiveGeneration leader) {
    List<Sequence> waiting = followers.remove(leader.sequence());
    if (waiting == null) {
      return;
    }
    List<KvBlock> prompt = promptOf(leader);
    for (Sequence sequence : waiting) {
      if (live.containsKey(sequence)) {
        queue(sequence, prompt);
      }
    }
  }

  private void begin(LiveGeneration task, Consumer<Sequence> queue) {
    Generation generation = task.generation();
    Failure refusal =
        Refusals.of(generation, model, tokenizer, Math.max(sequenceRoom, kv.pool().total()));
    if (refusal != null) {
      fail(task, refusal);
      return;
    }
    if (room < sequenceRoom) { // it came although the loop rests
      fitRoom();
    }
    task.replay();
    FinishReason reached = task.reached(contextTokens());
    if (reached != null && generation.generatedTokens() > 0) {
      finish(task, reached);
      return;
    }
    queue.accept(task.sequence());
  }

  /** Ends a generation that is queued or running; one that has ended already stays as it is. */
  public void cancel(Sequence sequence, Failure failure) {
    LiveGeneration task = live.get(sequence);
    if (task != null) {
      fail(task, failure);
    }
  }

  /** A session has ended: drops its KV from the device; says of how many tokens. */
  public int forget(String sessionId) {
    return kv.forget(sessionId);
  }

  /**
   * Drops a session's idle KV from the device; what is known of its use stays. Says of how many
   * tokens.
   */
  public int release(String sessionId) {
    return kv.release(sessionId);
  }

  /** Drops all idle KV from the device; says of how many tokens. */
  public int clear() {
    return kv.clear();
  }

  /** Idle KV of a pinned session makes way after all others. */
  public void setPinned(String sessionId, boolean pin) {
    kv.setPinned(sessionId, pin);
  }

  /**
   * Brings an idle session's KV to the device.
   *
   * @param blocks in the order of their tokens, with one gap at most
   * @return tokens whose KV is there now; 0 without room
   */
  public int promote(String sessionId, int[] tokens, List<KvBlock> blocks) {
    if (tokens.length >= kv.pool().total()) {
      return 0;
    }
    // No running sequence makes way for what may never be needed.
    Integer there = memory.call(() -> kv.promote(sessionId, tokens, blocks), () -> true);
    return there == null ? 0 : there;
  }

  /**
   * Takes KV of a session whose turn is about to be submitted, part by part as it is read. It is
   * offered again with the turn: what finds no room here is imported then.
   *
   * @param context that the turn will begin with
   * @param blocks the next ones from the session's first on; empty to take memory only
   * @return whether there was room
   */
  public boolean receive(String sessionId, int[] context, List<KvBlock> blocks) {
    return context.length < kv.pool().total() && kv.receive(sessionId, context, blocks);
  }

  /** The turn that KV was received for does not come. */
  public void abandon(String sessionId) {
    kv.abandon(sessionId);
  }

  /** There is nothing to do until the next submission. */
  public void rest() {
    runner.rest();
  }

  /** One step; says whether there was anything to do. */
  public boolean step() {
    inStep = List.of();
    meter.begin();
    scheduler.limitPrefill(pace.prefillTokens(prefillPercent));
    StepPlan plan = memory.call(() -> scheduler.next(clock.millis()), scheduler::admitNoMore);
    if (plan == null) {
      return true;
    }
    long now = clock.millis();
    List<Sequence> expired = new ArrayList<>(plan.expired());
    expired.addAll(sharing.expired(now));
    for (Sequence sequence : expired) {
      if (now < sequence.deadlineMillis()) {
        meter.notBegun();
      }
      fail(task(sequence), Refusals.tooLate(sequence, now));
    }
    if (plan.slices().isEmpty()) {
      return !plan.isIdle() || !expired.isEmpty();
    }
    memory.run(() -> run(plan), scheduler::shrink);
    return true;
  }

  private void run(StepPlan plan) {
    List<Slice> slices = plan.slices();
    long now = clock.nanos();
    slices.forEach(slice -> task(slice.sequence()).started(now));
    List<Chunk> chunks = StepChunks.of(slices, sequence -> task(sequence).wanted(), this::guess);
    // For the KV of a step; what the step itself takes is another matter.
    if (!memory.run(
        () -> chunks.forEach(chunk -> runner.prepare(chunk.slot())), scheduler::shrinkBatch)) {
      return;
    }
    inStep = slices;
    ForwardPass pass = ForwardPass.run(runner, chunks);
    inStep = List.of();
    long ran = clock.nanos();
    observe(slices, ran - now);
    for (int i = 0; i < slices.size(); i++) {
      Slice slice = slices.get(i);
      Sequence sequence = slice.sequence();
      RuntimeException failure = pass.failure(i);
      if (failure != null) {
        LOG.error("the model failed on request {}", sequence.requestId(), failure);
        fail(task(sequence), Refusals.breaksEngine(failure));
        continue;
      }
      sequence.advance(slice.tokens());
      sharing.publish(sequence);
      List<Prediction> predictions = pass.predictions(i);
      if (!predictions.isEmpty()) {
        LiveGeneration task = task(sequence);
        Chunk chunk = chunks.get(i);
        guarded(task, () -> advance(task, predictions, chunk));
      }
    }
    meter.end(slices, chunks, now, ran, pace.decodeNanos(), plan.preempted().size());
  }

  /** From a sequence's first step to its end; 0 for one that goes on, or has siblings. */
  private long forecastMillis(Sequence sequence) {
    Generation generation = task(sequence).generation();
    if (generation.generatedTokens() > 0 || generation.sampling().choices() > 1) {
      return 0; // what others have done for it would be lost too
    }
    int unknown = Math.max(0, sequence.tokens().size() - kv.known(sequence));
    double nanos =
        pace.prefillNanos(unknown)
            + forecast.nanos(generation.priority(), task(sequence).tokensLeft());
    return Math.round(deadlineMargin * nanos / NANOS_PER_MILLI);
  }

  /** Tokens that may follow the newest one of a sequence. */
  private int[] guess(Sequence sequence, double worth) {
    if (speculativeTokens == 0) {
      return new int[0];
    }
    int most = Math.min(speculativeTokens, kv.spare(sequence, sequence.tokens().size()));
    return task(sequence).guess(most, worth);
  }

  private void observe(List<Slice> slices, long nanos) {
    int decoding = (int) slices.stream().filter(slice -> slice.tokens() == 1).count();
    int tokens = slices.stream().mapToInt(Slice::tokens).sum();
    pace.took(nanos, decoding > 0, tokens - decoding);
  }

  /** Takes the next token, and those after it as far as the guesses were right. */
  private void advance(LiveGeneration task, List<Prediction> predictions, Chunk chunk) {
    queueFollowers(task);
    int guesses = chunk.guesses();
    int right = 0;
    while (take(task, predictions.get(right))
        && right < guesses
        && lastToken(task) == chunk.tokens()[chunk.tokens().length - guesses + right]) {
      task.sequence().advance(1);
      right++;
    }
    if (guesses > 0) {
      task.guessed(guesses, right);
      meter.guessed(guesses, right);
    }
  }

  private static int lastToken(LiveGeneration task) {
    TokenLog tokens = task.sequence().tokens();
    return tokens.get(tokens.size() - 1);
  }

  /** Samples a token; says whether the generation goes on. */
  private boolean take(LiveGeneration task, Prediction prediction) {
    int id = task.sample(prediction, clock);
    if (id == Sampler.NONE) {
      fail(task, SamplingCheck.NO_TOKEN);
      return false;
    }
    if (model.stopIds().contains(id) && !task.generation().sampling().ignoreEos()) {
      finish(task, FinishReason.STOP);
      return false;
    }
    task.append(id);
    FinishReason reached = task.reached(contextTokens());
    if (reached != null) {
      finish(task, reached);
    }
    return reached == null;
  }

  /** The device has no memory, and asking for less doesn't help. */
  private void endForLackOfMemory(CaudalException e) {
    List<Sequence> alone = scheduler.running();
    if (alone.isEmpty() || endsWithoutMemory) {
      inStep = List.of(); // nobody is to blame
      throw e;
    }
    fail(task(alone.get(0)), new Failure(e.code(), String.valueOf(e.getMessage())));
  }

  /** What goes wrong with one generation's text, sampling or listener must not end the others. */
  private void guarded(LiveGeneration task, Runnable action) {
    try {
      action.run();
    } catch (CaudalException e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.error("generation of request {} failed", task.generation().requestId(), e);
      if (live.containsKey(task.sequence())) {
        fail(task, new Failure(ErrorCode.ENGINE_FAILED, "the generation failed: " + e));
      }
    }
  }

  private void finish(LiveGeneration task, FinishReason reason) {
    List<KvBlock> blocks =
        task.generation().sessionId() == null
            ? List.of()
            : kv.export(task.sequence(), sharing.stored(task.sequence(), task.generation()));
    sharing.keep(task.sequence(), blocks, task.outputTokens());
    leave(task, reason, null, blocks);
  }

  private void fail(LiveGeneration task, Failure failure) {
    leave(task, FinishReason.ERROR, failure, List.of());
  }

  private void leave(
      LiveGeneration task, FinishReason reason, @Nullable Failure failure, List<KvBlock> blocks) {
    queueFollowers(task);
    sharing.leave(task.sequence());
    scheduler.remove(task.sequence());
    kv.finish(task.sequence(), task.outputTokens());
    live.remove(task.sequence());
    if (kv.pool().total() > room) {
      fitRoom();
    }
    try {
      GenerationOutcome outcome = task.outcome(reason, failure, blocks, clock.nanos());
      int tokens = task.outputTokens() - task.generation().generatedTokens();
      if (task.generation().maxNewTokens() > 1) { // else it says nothing of answers
        forecast.learn(task.generation().priority(), tokens, outcome.decodeNanos(), reason);
      }
      task.listener().onFinish(outcome);
    } catch (RuntimeException e) {
      LOG.error("nobody heard the end of request {}", task.generation().requestId(), e);
    }
  }

  private LiveGeneration task(Sequence sequence) {
    LiveGeneration task = live.get(sequence);
    if (task == null) {
      throw new IllegalStateException("planned " + sequence.requestId() + ", which has ended");
    }
    return task;
  }

  /** Most tokens of a sequence: the model's context, or all the room there is. */
  private int contextTokens() {
    return Math.min(model.contextTokens(), kv.pool().total());
  }
}
