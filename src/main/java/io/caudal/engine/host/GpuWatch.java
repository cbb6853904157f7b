package io.caudal.engine.host;

import io.caudal.engine.EngineClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the GPUs are used, as it was when somebody asked last: who asks never waits, and where nobody
 * asks nothing runs. If the source fails, it is not asked for ever. Safe for use by any thread.
 */
final class GpuWatch {
  /** That of this process, which asks {@link NvidiaSmi} on a thread of its own. */
  static final GpuWatch PROCESS =
      new GpuWatch(
          () ->
              NvidiaSmi.read(
                  NvidiaSmi.lines(NvidiaSmi.COMMAND, Duration.ofSeconds(5)),
                  System.getenv("CUDA_VISIBLE_DEVICES")),
          Executors.newSingleThreadExecutor(
              task -> {
                Thread thread = new Thread(task, "caudal-gpu-watch");
                thread.setDaemon(true);
                thread.setContextClassLoader(GpuWatch.class.getClassLoader());
                return thread;
              }),
          EngineClock.SYSTEM);

  private static final Logger LOG = LoggerFactory.getLogger(GpuWatch.class);
  private static final long FRESH_NANOS = Duration.ofSeconds(2).toNanos();
  private static final int MOST_FAILURES = 3;

  /** Says how each GPU is used, by PyTorch's names. */
  interface Source {
    Map<String, GpuUse> uses() throws IOException, InterruptedException;
  }

  private final Source source;
  private final Executor executor;
  private final EngineClock clock;
  private Map<String, GpuUse> last = Map.of();
  private long askedNanos;
  private boolean asking;
  private boolean asked;
  private int failures;

  GpuWatch(Source source, Executor executor, EngineClock clock) {
    this.source = source;
    this.executor = executor;
    this.clock = clock;
  }

  /** What is known of a device; has it looked at anew if that is some seconds old. */
  GpuUse use(String device) {
    GpuUse known;
    synchronized (this) {
      known = last.getOrDefault(device, GpuUse.UNKNOWN);
      boolean fresh = asked && clock.nanos() - askedNanos < FRESH_NANOS;
      if (fresh || asking || failures >= MOST_FAILURES) {
        return known;
      }
      asking = true;
    }
    executor.execute(this::ask);
    return known;
  }

  private void ask() {
    Map<String, GpuUse> uses = Map.of();
    boolean failed = false;
    try {
      uses = source.uses();
    } catch (IOException | UncheckedIOException e) {
      failed = true;
      LOG.warn("can't tell how GPUs are used: {}", e.getMessage());
    } catch (InterruptedException e) {
      failed = true;
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      last = uses;
      askedNanos = clock.nanos();
      asked = true;
      asking = false;
      failures = failed ? failures + 1 : 0;
    }
  }
}
