package io.caudal.engine.host;

import io.caudal.config.EngineSettings;
import io.caudal.config.KvSettings;
import io.caudal.config.ModelSettings;
import io.caudal.error.CaudalException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The engines of this process, one per model and geometry, shared by all that ask for the same. An
 * engine that nobody uses lingers before it is unloaded, so that a job's restart finds its weights
 * and its sessions' KV in place.
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

  private static final Map<Key, Entry> ENTRIES = new HashMap<>();
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
    private boolean closed;

    private Lease(Key key, Entry entry, long lingerMillis, Engine engine) {
      this.key = key;
      this.entry = entry;
      this.lingerMillis = lingerMillis;
      this.engine = engine;
    }

    public Engine engine() {
      return engine;
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
   * The engine with these settings, started if there is none; concurrent callers wait for it.
   *
   * @throws CaudalException as {@link Engine#start}
   * @throws InterruptedException if interrupted while another caller starts it
   */
  public static Lease acquire(ModelSettings model, EngineSettings engine, KvSettings kv)
      throws InterruptedException {
    Key key = new Key(model, engine.stepLoops(), kv.deviceTokens(), kv.blockBytes());
    long linger = engine.linger().toMillis();
    boolean starts = false;
    Entry entry;
    synchronized (ENTRIES) {
      entry = ENTRIES.get(key);
      if (entry == null || entry.failed()) {
        // Whoever still holds a failed engine closes it with the last lease.
        entry = new Entry();
        ENTRIES.put(key, entry);
        starts = true;
      }
      if (entry.unload != null) {
        entry.unload.cancel(false);
        entry.unload = null;
      }
      entry.leases++;
    }
    try {
      if (starts) {
        start(entry, model, engine, kv);
      }
      return new Lease(key, entry, linger, entry.engine.get());
    } catch (ExecutionException e) {
      give(key, entry);
      throw e.getCause() instanceof CaudalException known
          ? known
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      give(key, entry);
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
