package io.caudal.engine.host;

import io.caudal.config.EngineSettings;
import io.caudal.config.KvSettings;
import io.caudal.config.ModelSettings;
import io.caudal.engine.EngineClock;
import io.caudal.engine.Generation;
import io.caudal.engine.GenerationListener;
import io.caudal.engine.LoadedModel;
import io.caudal.engine.ModelInfo;
import io.caudal.engine.ModelRunnerFactory;
import io.caudal.engine.SharedPrefixes;
import io.caudal.engine.StepEngine;
import io.caudal.engine.StepTotals;
import io.caudal.engine.model.ModelFolder;
import io.caudal.error.CaudalException;
import io.caudal.kv.HostKv;
import io.caudal.kv.KvBlock;
import io.caudal.kv.KvPool;
import io.caudal.metrics.Timeline;
import io.caudal.text.ModelText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A model that answers: one set of weights, and step loops over it with a thread and KV room each.
 * Safe for use by any thread; listeners are called on the loops' threads.
 */
public final class Engine implements AutoCloseable {
  /** Of a loop: idle sessions whose KV stays on the device need one too. */
  private static final int IDLE_SLOTS = 4096;

  /** Token positions of a loop that rests: its idle sessions make way, to host memory. */
  private static final int RESTING_ROOM = 1;

  private final LoadedModel model;
  private final ModelText text;
  private final List<Integer> cpus;
  private final int processors;
  private final int blockTokens;

  /** Those that aren't {@link #active} rest: they finish what they have, and get nothing new. */
  private final List<StepLoop> loops = new CopyOnWriteArrayList<>();

  private volatile @Nullable Consumer<CaudalException> outOfMemory;
  private final int defaultLoops;
  private volatile List<StepLoop> active = List.of();

  private final HostKv host;
  private final SharedPrefixes prefixes;
  private final KvCopies copies;
  private final Timeline timeline = new Timeline();
  private final AtomicLong waitingBytes = new AtomicLong();

  /**
   * Loads the model and starts the loops.
   *
   * @throws CaudalException as {@link ModelRunnerFactory#load}; {@code CONFIG_INVALID} for CPUs
   *     that aren't there
   */
  public static Engine start(ModelSettings model, EngineSettings engine, KvSettings kv) {
    CpuAffinity.check(model.cpus());
    ModelText text = ModelText.load(ModelFolder.resolve(model.path()));
    Engine started = new Engine(ModelRunnerFactory.installed().load(model), text, model.cpus(), kv);
    try {
      started.setLoops(engine, kv);
      return started;
    } catch (RuntimeException e) {
      started.close();
      throw e;
    }
  }

  private Engine(LoadedModel model, ModelText text, List<Integer> cpus, KvSettings kv) {
    this.model = model;
    this.text = text;
    this.cpus = cpus;
    this.processors = CpuAffinity.processors(cpus);
    this.blockTokens = model.model().kv().blockTokens(kv.blockBytes());
    this.host = new HostKv(kv.hostBytes());
    host.setPolicy(kv.evictionPolicy());
    this.prefixes = new SharedPrefixes(host, blockTokens);
    this.copies = new KvCopies(loops, host, prefixes, this::roomiest);
    this.defaultLoops = defaultLoops(kv.deviceTokens());
  }

  /** Starts loops that are wanted and not there; others rest. */
  private synchronized void setLoops(EngineSettings settings, KvSettings kv) {
    int wanted = settings.stepLoops() > 0 ? settings.stepLoops() : defaultLoops;
    while (loops.size() < wanted) {
      loops.add(newLoop(settings, kv, room(kv, wanted)));
    }
    active = List.copyOf(loops.subList(0, wanted));
  }

  private StepLoop newLoop(EngineSettings settings, KvSettings kv, int room) {
    int number = loops.size();
    WatchedRunner runner = new WatchedRunner(model.newRunner(settings.maxBatch() + IDLE_SLOTS));
    StepEngine engine =
        new StepEngine(
            runner, new KvPool(room), prefixes, settings, text.tokenizer(), EngineClock.SYSTEM);
    engine.setEviction(kv.evictionPolicy());
    engine.meter().draw(timeline, "loop " + number);
    engine.setEndsWithoutMemory(outOfMemory != null);
    String name = "caudal-engine-" + (device().equals("cpu") ? "" : device() + "-") + number;
    return new StepLoop(engine, runner, settings, name, cpus, this::tellOutOfMemory);
  }

  private void tellOutOfMemory(CaudalException e) {
    Consumer<CaudalException> told = outOfMemory;
    if (told != null) {
      told.accept(e);
    }
  }

  private static int room(KvSettings kv, int loops) {
    return Math.max(1, kv.deviceTokens() / loops);
  }

  /** As many as the device likes, but none with less room than one full context. */
  private int defaultLoops(int deviceTokens) {
    int fitting = deviceTokens / model.model().contextTokens();
    return Math.max(1, Math.min(model.defaultStepLoops(), fitting));
  }

  public ModelInfo model() {
    return model.model();
  }

  /** Where it computes: {@code cpu} or {@code cuda:N}. */
  public String device() {
    return model.device();
  }

  /** CPUs that this process's threads run on, its step loops' among them. */
  public int processors() {
    return processors;
  }

  public ModelText text() {
    return text;
  }

  /** Token positions of a KV block. */
  public int blockTokens() {
    return blockTokens;
  }

  /** Tokens of a session whose KV is on the device, as far as is known; 0 for none. */
  public int residentTokens(String sessionId) {
    return active.stream()
        .mapToInt(loop -> loop.engine().residentTokens(sessionId))
        .max()
        .orElse(0);
  }

  /**
   * Queues a generation on the loop that holds its session's KV, else on the least loaded one. If
   * the loop has ended, the listener hears of it.
   *
   * @param blocks KV read back from state, from token 0 on without gaps; empty for none
   */
  public Submission submit(
      Generation generation, List<KvBlock> blocks, GenerationListener listener) {
    return submit(choose(generation.sessionId()), generation, blocks, bytes(blocks), listener);
  }

  /**
   * As the other, with KV that has arrived for it; on that loop, unless it rests now. What was read
   * stays off the heap from then on.
   */
  public Submission submit(Generation generation, KvArrival arrival, GenerationListener listener) {
    StepLoop loop =
        active.contains(arrival.loop()) ? arrival.loop() : choose(generation.sessionId());
    List<KvBlock> read = arrival.read();
    Submission submission = submit(loop, generation, arrival.blocks(), bytes(read), listener);
    arrival.end();
    // The loop works on the turn meanwhile.
    prefixes.keep(generation.tenant(), read, generation.context(), generation.owner(), 0, true);
    return submission;
  }

  /**
   * Makes ready for KV of a session, which will be read now and submitted with its turn, or
   * abandoned.
   *
   * @param context that the turn will begin with
   * @param offHeap blocks that the session's KV begins with and that need not be read
   */
  public KvArrival expect(String sessionId, String tenant, int[] context, List<KvBlock> offHeap) {
    prefixes.take(tenant, context, offHeap.size(), sessionId);
    return new KvArrival(choose(sessionId), sessionId, context, offHeap);
  }

  private static long bytes(List<KvBlock> blocks) {
    return blocks.stream().mapToLong(block -> block.data().remaining()).sum();
  }

  /**
   * @param bytes of the blocks that wait on the heap
   */
  private Submission submit(
      StepLoop loop,
      Generation generation,
      List<KvBlock> blocks,
      long bytes,
      GenerationListener listener) {
    Submission submission = new Submission(loop, generation);
    submission.submit(
        generation, blocks, new CountedListener(listener, loop.unfinished(), waitingBytes, bytes));
    return submission;
  }

  /**
   * Queues generations with the same prompt and no session on one loop: the prompt is computed
   * once, and the others begin with a copy of its KV.
   *
   * @param listeners of each
   */
  public List<Submission> submitAll(
      List<Generation> generations, List<? extends GenerationListener> listeners) {
    List<Submission> submissions = new ArrayList<>();
    StepLoop loop = choose(generations.get(0).sessionId());
    for (int i = 0; i < generations.size(); i++) {
      Generation next = generations.get(i);
      Submission submission = new Submission(loop, next);
      GenerationListener listener =
          new CountedListener(listeners.get(i), loop.unfinished(), waitingBytes, 0);
      if (i == 0) {
        submission.submit(next, List.of(), listener);
      } else {
        submission.follow(submissions.get(0), next, listener);
      }
      submissions.add(submission);
    }
    return submissions;
  }

  /**
   * Computes the beginning that a session shares with others and that its KV in state lacks, and
   * keeps it off the heap.
   *
   * @param tokens of the session
   * @param behind its first block in state
   * @return done when it is there, or can't be; on any thread
   */
  public CompletableFuture<Void> computeBeginning(
      String session, String tenant, int[] tokens, KvBlock behind, int priority) {
    if (host.isOff()) {
      return CompletableFuture.completedFuture(null);
    }
    BeginningTask task = new BeginningTask();
    Generation generation =
        BeginningTask.generation(session, tenant, tokens, behind, blockTokens, priority);
    submit(generation, List.of(behind), task);
    return task.done();
  }

  /** KV that was read for generations which have not had their turn yet, in bytes. */
  public long waitingBytes() {
    return waitingBytes.get();
  }

  /** What may be done to the copies of sessions' KV on the device and off the heap. */
  public KvCopies copies() {
    return copies;
  }

  /** Whole blocks off the heap that these tokens begin with. */
  public List<KvBlock> offHeap(String tenant, int[] tokens) {
    return prefixes.find(tenant, tokens);
  }

  /** Bytes of KV off the heap. */
  public long hostBytes() {
    return host.bytes();
  }

  /** Live settings; they hold from each loop's next step on. */
  public void configure(EngineSettings settings, KvSettings kv) {
    host.setPolicy(kv.evictionPolicy());
    host.setLimit(kv.hostBytes());
    setLoops(settings, kv);
    List<StepLoop> working = active;
    int room = room(kv, working.size());
    for (StepLoop loop : loops) {
      int own = working.contains(loop) ? room : RESTING_ROOM;
      loop.execute(() -> loop.configure(settings, kv, own, room));
    }
  }

  /**
   * What it means, from each loop's next step on, that the device has no memory for a single
   * sequence.
   *
   * @param told on a loop's thread, before the engine fails for that; null if only the sequence is
   *     to fail
   */
  synchronized void onOutOfMemory(@Nullable Consumer<CaudalException> told) {
    outOfMemory = told;
    for (StepLoop loop : loops) {
      loop.execute(() -> loop.engine().setEndsWithoutMemory(told != null));
    }
  }

  /** How often an engine of this process failed in a step with this request. */
  public int failures(@Nullable String sessionId, String requestId) {
    return StepFailures.of(sessionId, requestId);
  }

  /** Steps of all loops so far: while something is unfinished, they grow. */
  public long steps() {
    return loops.stream().mapToLong(StepLoop::steps).sum();
  }

  /** Steps of all loops that the device had no memory for. */
  public long stepsWithoutMemory() {
    return loops.stream().mapToLong(loop -> loop.engine().stepsWithoutMemory()).sum();
  }

  /** What all loops have done, and where their time went. */
  public StepTotals totals() {
    return loops.stream()
        .map(loop -> loop.engine().meter().totals())
        .reduce(StepTotals.NONE, StepTotals::plus);
  }

  /** Step loops that share the weights, without those that rest. */
  public int loops() {
    return active.size();
  }

  /** When the loops did what, while somebody profiles. */
  public Timeline timeline() {
    return timeline;
  }

  /** Token positions of KV in use on the device. */
  public int usedTokens() {
    return loops.stream().mapToInt(StepLoop::usedTokens).sum();
  }

  /** Token positions of KV that the device has room for. */
  public int totalTokens() {
    return loops.stream().mapToInt(loop -> loop.engine().totalTokens()).sum();
  }

  /** Idle sessions whose KV is on the device. */
  public int residentSessions() {
    return loops.stream().mapToInt(loop -> loop.engine().residentSessions()).sum();
  }

  /** Generations queued or running. */
  public int unfinished() {
    return loops.stream().mapToInt(loop -> loop.unfinished().get()).sum();
  }

  /** Gives up step loops whose present step has taken longer than {@code limit}; zero for none. */
  public void giveUpHanging(Duration limit) {
    if (!limit.isZero()) {
      loops.forEach(loop -> loop.giveUpIfHanging(limit));
    }
  }

  /** Whether a loop has ended, so that a new engine is needed. */
  public boolean failed() {
    return loops.stream().anyMatch(loop -> loop.failure() != null);
  }

  /** Frees everything, except what a step that hangs still works with. */
  @Override
  public void close() {
    loops.forEach(StepLoop::close);
    if (loops.stream().noneMatch(StepLoop::hangs)) {
      model.close();
    }
  }

  private StepLoop roomiest(String session) {
    return choose(session, StepLoop::usedTokens);
  }

  private StepLoop choose(@Nullable String session) {
    return choose(session, loop -> loop.unfinished().get());
  }

  /** The loop that has most of the session's KV, of equal ones the one with the least load. */
  private StepLoop choose(@Nullable String session, ToIntFunction<StepLoop> load) {
    ToIntFunction<StepLoop> resident =
        loop -> session == null ? 0 : loop.engine().residentTokens(session);
    return active.stream()
        .min(Comparator.comparingInt(resident).reversed().thenComparingInt(load))
        .orElseThrow();
  }
}
