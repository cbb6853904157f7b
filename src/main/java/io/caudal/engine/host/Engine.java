package io.caudal.engine.host;

import io.caudal.config.EngineSettings;
import io.caudal.config.KvSettings;
import io.caudal.config.ModelSettings;
import io.caudal.engine.EngineClock;
import io.caudal.engine.Generation;
import io.caudal.engine.GenerationListener;
import io.caudal.engine.LoadedModel;
import io.caudal.engine.ModelInfo;
import io.caudal.engine.ModelRunner;
import io.caudal.engine.ModelRunnerFactory;
import io.caudal.engine.StepEngine;
import io.caudal.engine.model.ModelFolder;
import io.caudal.error.CaudalException;
import io.caudal.kv.KvPool;
import io.caudal.schedule.TokenLog;
import io.caudal.text.ModelText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/**
 * A model that answers: one set of weights, and step loops over it with a thread and KV room each.
 * Safe for use by any thread; listeners are called on the loops' threads.
 */
public final class Engine implements AutoCloseable {
  private final LoadedModel model;
  private final ModelText text;
  private final int blockTokens;
  private final List<StepLoop> loops = new ArrayList<>();

  /**
   * Loads the model and starts the loops.
   *
   * @throws CaudalException as {@link ModelRunnerFactory#load}
   */
  public static Engine start(ModelSettings model, EngineSettings engine, KvSettings kv) {
    ModelText text = ModelText.load(ModelFolder.resolve(model.path()));
    ModelRunnerFactory factory =
        ServiceLoader.load(ModelRunnerFactory.class, Engine.class.getClassLoader())
            .findFirst()
            .orElseThrow(
                () -> new IllegalStateException("no ModelRunnerFactory on the class path"));
    return new Engine(factory.load(model), text, engine, kv);
  }

  Engine(LoadedModel model, ModelText text, EngineSettings settings, KvSettings kv) {
    this.model = model;
    this.text = text;
    this.blockTokens = model.model().kv().blockTokens(kv.blockBytes());
    int count = settings.stepLoops() > 0 ? settings.stepLoops() : model.defaultStepLoops();
    int room = Math.max(1, kv.deviceTokens() / count);
    for (int i = 0; i < count; i++) {
      // An idle session needs a slot too; one of fewer than 64 tokens is not worth more slots.
      ModelRunner runner = model.newRunner(settings.maxBatch() + Math.min(4096, room / 64));
      StepEngine engine =
          new StepEngine(
              runner,
              new KvPool(room),
              blockTokens,
              settings,
              text.tokenizer(),
              EngineClock.SYSTEM);
      loops.add(new StepLoop(engine, "caudal-engine-" + i, runner::close));
    }
  }

  public ModelInfo model() {
    return model.model();
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
    return loops.stream().mapToInt(loop -> loop.engine().residentTokens(sessionId)).max().orElse(0);
  }

  /**
   * Queues a generation on the loop that holds its session's KV, else on the least loaded one.
   *
   * @throws CaudalException {@code ENGINE_FAILED} if that loop has failed
   */
  public Submission submit(Generation generation, GenerationListener listener) {
    StepLoop loop = choose(generation);
    TokenLog tokens = new TokenLog(generation.context(), generation.maxNewTokens());
    loop.execute(
        () -> {
          CaudalException failed = loop.failure();
          if (failed == null) {
            loop.engine().submit(generation, tokens, listener);
          } else {
            listener.onEngineFailure(failed);
          }
        });
    return new Submission(loop, generation.requestId(), tokens, generation.promptTokens());
  }

  /** Drops a session's KV from the device. */
  public void forget(String sessionId) {
    for (StepLoop loop : loops) {
      if (loop.failure() == null) {
        loop.execute(() -> loop.engine().forget(sessionId));
      }
    }
  }

  /** Live settings; they hold from each loop's next step on. */
  public void configure(int maxBatch, int tokenBudget) {
    for (StepLoop loop : loops) {
      loop.execute(() -> loop.engine().configure(maxBatch, tokenBudget));
    }
  }

  /** Sequences queued or running. */
  public int load() {
    return loops.stream().mapToInt(StepLoop::load).sum();
  }

  /** Whether a loop has failed, so that nothing more can be submitted. */
  public boolean failed() {
    return loops.stream().anyMatch(loop -> loop.failure() != null);
  }

  @Override
  public void close() {
    loops.forEach(StepLoop::close);
    model.close();
  }

  private StepLoop choose(Generation generation) {
    String session = generation.sessionId();
    if (session != null) {
      for (StepLoop loop : loops) {
        if (loop.engine().residentTokens(session) > 0) {
          return loop;
        }
      }
    }
    return loops.stream().min(Comparator.comparingInt(StepLoop::load)).orElseThrow();
  }
}
