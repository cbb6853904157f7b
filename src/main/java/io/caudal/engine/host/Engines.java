package io.caudal.engine.host;

import io.caudal.config.EngineSettings;
import io.caudal.config.KvSettings;
import io.caudal.config.ModelSettings;
import io.caudal.engine.EngineClock;
import io.caudal.engine.ModelRunnerFactory;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engines of this process, one per model, device and geometry, shared by all that ask for the
 * same. An engine that nobody uses lingers before it is unloaded, so that a job's restart finds its
 * weights and its sessions' KV in place. One that its GPU has no memory for is replaced by one
 * elsewhere.
 */
public final class Engines {
  /** What makes two engines different; everything else is live or the job's own. */
  private record Key(ModelSettings model, int stepLoops, int deviceTokens, long blockBytes) {}

  private static final class Entry {
    final CompletableFuture<Engine> engine = new CompletableFuture<>();
    int leases;
    @Nullable ScheduledFuture<?> unload;

    boolean failed() {
      return engine.isCompletedExceptionally() || (engine.isDone() && engine.join().failed());
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(Engines.class);
  private static final Map<Key, Entry> ENTRIES = new HashMap<>();

  /** Guarded by the entries' lock, as they are. */
  private static final Devices DEVICES = new Devices();

  private static final ScheduledExecutorService UNLOADER =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "caudal-engine-unloader");
            thread.setDaemon(true);
            thread.setContextClassLoader(Engines.class.getClassLoader());
            return thread;
          });

  private Engines() {}

  /** A right to use an engine until closed. */
  public static final class Lease implements AutoCloseable {
    private final Key key;
    private final Entry entry;
    private final long lingerMillis;
    private final Engine engine;
    private final String missing;
    private boolean closed;

    private Lease(Key key, Entry entry, long lingerMillis, Engine engine, String missing) {
      this.key = key;
      this.entry = entry;
      this.lingerMillis = lingerMillis;
      this.engine = engine;
      this.missing = missing;
    }

    public Engine engine() {
      return engine;
    }

    /** Which GPUs had no memory, so that the engine is not there, and why; empty for none. */
    public String missing() {
      return missing;
    }

    @Override
    public void close() {
      synchronized (ENTRIES) {
        if (!closed) {
          closed = true;
          release(key, entry, lingerMillis);
        }
      }
    }
  }

  /**
   * The engine with these settings for that place, started if there is none; concurrent callers
   * wait for it.
   *
   * @throws CaudalException as {@link Engine#start}; {@code DEVICE_UNAVAILABLE} too if Flink gave a
   *     GPU that isn't there
   * @throws InterruptedException if interrupted while another caller starts it
   */
  public static Lease acquire(
      ModelSettings model, EngineSettings engine, KvSettings kv, Placement place)
      throws InterruptedException {
    int visible = model.device().equals("cpu") ? 0 : ModelRunnerFactory.installed().gpus();
    Demand demand = Demand.of(model, engine, kv);
    Set<String> tried = new HashSet<>();
    while (true) {
      Entered entered;
      synchronized (ENTRIES) {
        Devices.Choice choice =
            DEVICES.choose(demand, place, visible, Engines::users, tried, now());
        entered = enter(model.on(choice.device()), engine, kv, choice.missing());
      }
      Demand there = demand.on(entered.key.model().device());
      boolean mayMove = place.settings().cpuFallback() && Devices.isGpu(there.device());
      try {
        return lease(entered, engine, kv, mayMove ? there : null);
      } catch (CaudalException e) {
        if (!mayMove || e.code() != ErrorCode.OUT_OF_MEMORY) {
          throw e;
        }
        tried.add(there.device());
        lacksMemory(there, e);
      }
    }
  }

  /** Steps of this process in which a model failed or hung, so that its engine was given up. */
  public static long failedSteps() {
    return StepFailures.steps();
  }

  /** How often a GPU of this process had no memory for an engine. */
  public static long lacksOfMemory() {
    synchronized (ENTRIES) {
      return DEVICES.found();
    }
  }

  private record Entered(Key key, Entry entry, boolean starts, String missing) {}

  /** With the lock held. */
  private static Entered enter(
      ModelSettings model, EngineSettings engine, KvSettings kv, String missing) {
    Key key = new Key(model, engine.stepLoops(), kv.deviceTokens(), kv.blockBytes());
    Entry there = ENTRIES.get(key);
    boolean starts = there == null || there.failed();
    // Whoever still holds a failed engine closes it with the last lease.
    Entry entry = there == null || starts ? new Entry() : there;
    ENTRIES.put(key, entry);
    if (entry.unload != null) {
      entry.unload.cancel(false);
      entry.unload = null;
    }
    entry.leases++;
    return new Entered(key, entry, starts, missing);
  }

  /**
   * @param movable what the device is remembered to have no memory for, when it turns out so; null
   *     if the engine is to stay all the same
   */
  private static Lease lease(
      Entered entered, EngineSettings engine, KvSettings kv, @Nullable Demand movable)
      throws InterruptedException {
    Entry entry = entered.entry;
    try {
      if (entered.starts) {
        start(entry, entered.key.model(), engine, kv);
      }
      Engine there = entry.engine.get();
      there.onOutOfMemory(movable == null ? null : e -> lacksMemory(movable, e));
      long linger = engine.linger().toMillis();
      return new Lease(entered.key, entry, linger, there, entered.missing);
    } catch (ExecutionException e) {
      give(entered.key, entry);
      throw e.getCause() instanceof CaudalException known
          ? known
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      give(entered.key, entry);
      throw e;
    }
  }

  private static void start(
      Entry entry, ModelSettings model, EngineSettings engine, KvSettings kv) {
    try {
      entry.engine.complete(Engine.start(model, engine, kv));
    } catch (Throwable t) {
      entry.engine.completeExceptionally(t);
    }
  }

  private static void lacksMemory(Demand demand, CaudalException e) {
    LOG.error(
        "{} has no memory for the model with these settings: {}; its work goes on elsewhere",
        demand.device(),
        demand,
        e);
    synchronized (ENTRIES) {
      DEVICES.lacksMemory(demand, String.valueOf(e.getMessage()), now());
    }
  }

  /** Subtasks that share engines on a device; with the lock held. */
  private static int users(String device) {
    return ENTRIES.entrySet().stream()
        .filter(entry -> entry.getKey().model().device().equals(device))
        .mapToInt(entry -> entry.getValue().leases)
        .sum();
  }

  private static long now() {
    return EngineClock.SYSTEM.millis();
  }

  private static void give(Key key, Entry entry) {
    synchronized (ENTRIES) {
      release(key, entry, 0);
    }
  }

  /** With the lock held. */
  private static void release(Key key, Entry entry, long lingerMillis) {
    if (--entry.leases == 0) {
      long delay = entry.failed() ? 0 : lingerMillis;
      entry.unload = UNLOADER.schedule(() -> unload(key, entry), delay, TimeUnit.MILLISECONDS);
    }
  }

  private static void unload(Key key, Entry entry) {
    synchronized (ENTRIES) {
      if (entry.leases > 0) {
        return;
      }
      ENTRIES.remove(key, entry);
    }
    if (!entry.engine.isCompletedExceptionally()) {
      entry.engine.join().close();
    }
  }
}
