package io.caudal.engine.host;

import io.caudal.config.EngineSettings;
import io.caudal.config.KvSettings;
import io.caudal.config.ModelSettings;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The engines of this process, one per distinct settings, shared by all that ask for the same. An
 * engine that nobody uses lingers before it is unloaded, so that a job's restart finds its weights
 * and its sessions' KV in place.
 */
public final class Engines {
  /** Everything that makes two engines different. */
  private record Key(ModelSettings model, EngineSettings engine, KvSettings kv) {}

  private static final class Entry {
    final Engine engine;
    int leases;
    @Nullable ScheduledFuture<?> unload;

    Entry(Engine engine) {
      this.engine = engine;
    }
  }

  private static final Map<Key, Entry> ENTRIES = new HashMap<>();
  private static final ScheduledExecutorService UNLOADER =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "caudal-engine-unloader");
            thread.setDaemon(true);
            return thread;
          });

  private Engines() {}

  /** A right to use an engine until closed. */
  public static final class Lease implements AutoCloseable {
    private final Key key;
    private final Engine engine;
    private boolean closed;

    private Lease(Key key, Engine engine) {
      this.key = key;
      this.engine = engine;
    }

    public Engine engine() {
      return engine;
    }

    @Override
    public void close() {
      release(this);
    }
  }

  /**
   * The engine with these settings, started if there is none; concurrent callers wait for it.
   *
   * @throws io.caudal.error.CaudalException as {@link Engine#start}
   */
  public static synchronized Lease acquire(
      ModelSettings model, EngineSettings engine, KvSettings kv) {
    Key key = new Key(model, engine, kv);
    Entry entry = ENTRIES.get(key);
    if (entry != null && entry.engine.failed()) {
      ENTRIES.remove(key);
      entry.engine.close();
      entry = null;
    }
    if (entry == null) {
      entry = new Entry(Engine.start(model, engine, kv));
      ENTRIES.put(key, entry);
    }
    if (entry.unload != null) {
      entry.unload.cancel(false);
      entry.unload = null;
    }
    entry.leases++;
    return new Lease(key, entry.engine);
  }

  private static synchronized void release(Lease lease) {
    Entry entry = ENTRIES.get(lease.key);
    if (lease.closed || entry == null || entry.engine != lease.engine) {
      return;
    }
    lease.closed = true;
    if (--entry.leases == 0) {
      long linger = lease.key.engine().linger().toMillis();
      entry.unload =
          UNLOADER.schedule(() -> unload(lease.key, entry), linger, TimeUnit.MILLISECONDS);
    }
  }

  private static synchronized void unload(Key key, Entry entry) {
    if (entry.leases == 0 && ENTRIES.remove(key, entry)) {
      entry.engine.close();
    }
  }
}
