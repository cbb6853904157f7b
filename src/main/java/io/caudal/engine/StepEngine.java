package io.caudal.engine;

import io.caudal.config.EngineSettings;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The step loop's body: plan, run, sample, apply. It has no thread: whoever owns it calls {@link
 * #step} until there is nothing to do, and every other method from that same thread. Only {@link
 * #residentTokens} may be called by others.
 */
public final class StepEngine {
  private final ModelRunner runner;
  private final ModelInfo model;
  private final DeviceKv kv;
  private final Scheduler scheduler;
  private final Tokenizer tokenizer;
  private final EngineClock clock;
  private final Map<Sequence, LiveGeneration> live = new LinkedHashMap<>();
  private long submissions;

  /**
   * @param pool books of the runner's KV room
   * @param blockTokens tokens of an exported block
   */
  public StepEngine(
      ModelRunner runner,
      KvPool pool,
      int blockTokens,
      EngineSettings settings,
      Tokenizer tokenizer,
      EngineClock clock) {
    this.runner = runner;
    this.model = runner.model();
    this.kv = new DeviceKv(runner, pool, blockTokens);
    this.scheduler = new Scheduler(kv, settings.maxBatch(), settings.tokenBudget());
    this.tokenizer = tokenizer;
    this.clock = clock;
  }

  /** Live settings; they hold from the next step on. */
  public void configure(int maxBatch, int tokenBudget) {
    scheduler.configure(maxBatch, tokenBudget);
  }

  /** Tokens of an idle session whose KV is on the device; 0 for none. Any thread. */
  public int residentTokens(String sessionId) {
    return kv.residentTokens(sessionId);
  }

  /** Sequences queued or running. */
  public int load() {
    return live.size();
  }

  /**
   * Queues a generation.
   *
   * @param tokens the generation's context; the engine appends to it what it generates
   */
  public void submit(Generation generation, TokenLog tokens, GenerationListener listener) {
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
    LiveGeneration task = new LiveGeneration(generation, sequence, listener, text, clock.nanos());
    live.put(sequence, task);
    int most = generation.promptTokens() + 1;
    if (most > kv.pool().total()) {
      end(task, tooLongForDevice(most));
      return;
    }
    task.replay();
    FinishReason reached = task.reached(contextTokens());
    if (reached != null && generation.generatedTokens() > 0) {
      finish(task, reached);
      return;
    }
    kv.offer(sequence, generation.blocks());
    scheduler.add(sequence);
  }

  /** Ends a request that is queued or running; one that has ended already stays as it is. */
  public void cancel(String requestId, Failure failure) {
    for (LiveGeneration task : List.copyOf(live.values())) {
      if (task.generation().requestId().equals(requestId)) {
        end(task, failure);
      }
    }
  }

  /** Drops a session's idle KV from the device. */
  public void forget(String sessionId) {
    kv.forget(sessionId);
  }

  /** One step; says whether there was anything to do. */
  public boolean step() {
    StepPlan plan = scheduler.next(clock.millis());
    for (Sequence sequence : plan.expired()) {
      end(task(sequence), deadlinePassed(sequence));
    }
    if (plan.slices().isEmpty()) {
      return !plan.isIdle();
    }
    long now = clock.nanos();
    List<Chunk> chunks = new ArrayList<>(plan.slices().size());
    for (Slice slice : plan.slices()) {
      task(slice.sequence()).started(now);
      chunks.add(chunk(slice));
    }
    apply(plan.slices(), runner.forward(chunks));
    return true;
  }

  /** The generations that have not ended; for an owner that has to give up. */
  public List<GenerationListener> listeners() {
    return live.values().stream().map(LiveGeneration::listener).toList();
  }

  private static Chunk chunk(Slice slice) {
    Sequence sequence = slice.sequence();
    int from = sequence.computed();
    return new Chunk(
        sequence.slot(),
        from,
        sequence.tokens().copy(from, from + slice.tokens()),
        slice.completes());
  }

  private void apply(List<Slice> slices, float[][] logits) {
    int row = 0;
    for (Slice slice : slices) {
      boolean completes = slice.completes();
      Sequence sequence = slice.sequence();
      sequence.setComputed(sequence.computed() + slice.tokens());
      if (completes) {
        advance(task(sequence), logits[row++]);
      }
    }
  }

  private void advance(LiveGeneration task, float[] logits) {
    int id = task.sample(logits, clock);
    if (model.stopIds().contains(id)) {
      finish(task, FinishReason.STOP);
      return;
    }
    task.append(id);
    FinishReason reached = task.reached(contextTokens());
    if (reached != null) {
      finish(task, reached);
    }
  }

  private void finish(LiveGeneration task, FinishReason reason) {
    List<KvBlock> blocks =
        task.generation().sessionId() == null
            ? List.of()
            : kv.export(task.sequence(), task.generation().storedTokens());
    close(task, reason, null, blocks);
  }

  private void end(LiveGeneration task, Failure failure) {
    close(task, FinishReason.ERROR, failure, List.of());
  }

  private void close(
      LiveGeneration task, FinishReason reason, @Nullable Failure failure, List<KvBlock> blocks) {
    scheduler.remove(task.sequence());
    kv.finish(task.sequence());
    live.remove(task.sequence());
    task.listener().onFinish(task.outcome(reason, failure, blocks, clock.nanos()));
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

  private Failure tooLongForDevice(int tokens) {
    return new Failure(
        ErrorCode.CONTEXT_TOO_LONG,
        String.format(
            "the request needs KV of %d tokens, one step loop has room for %d; raise"
                + " kv.device.tokens",
            tokens, kv.pool().total()));
  }

  private static Failure deadlinePassed(Sequence sequence) {
    return new Failure(
        ErrorCode.DEADLINE_EXCEEDED,
        "the request's deadline " + sequence.deadlineMillis() + " has passed");
  }
}
