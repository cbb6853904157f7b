package io.caudal.engine.host;

import io.caudal.config.EngineSettings;
import io.caudal.config.KvSettings;
import io.caudal.engine.EngineClock;
import io.caudal.engine.GenerationListener;
import io.caudal.engine.StepEngine;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that owns one {@link StepEngine} and steps it while there is work. Others hand it tasks,
 * which run between two steps. A loop that failed or was closed has ended for ever: it tells
 * everybody who waits, once, and refuses what comes later.
 */
final class StepLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StepLoop.class);

  private record Task(Runnable work, Consumer<CaudalException> refused) {}

  private final StepEngine engine;
  private final Runnable onExit;
  private final BatchLinger linger;
  private final Queue<Task> inbox = new ConcurrentLinkedQueue<>();
  private final AtomicInteger unfinished = new AtomicInteger();
  private final Thread thread;
  private volatile boolean closed;
  private volatile long steps;
  private volatile int usedTokens;
  private volatile @Nullable CaudalException failure;

  /**
   * @param onExit runs on the loop's thread when it ends, to free what the engine holds
   */
  StepLoop(StepEngine engine, EngineSettings settings, String name, Runnable onExit) {
    this.engine = engine;
    this.linger = new BatchLinger(settings);
    this.onExit = onExit;
    this.thread = new Thread(this::run, name);
    engine.setInbox(this::execute);
    thread.setDaemon(true);
    // The loop outlives the job that happened to start it, and must not hold its class loader.
    thread.setContextClassLoader(StepLoop.class.getClassLoader());
    thread.start();
  }

  /**
   * Has the work done on the loop's thread between two steps.
   *
   * @param refused told instead, on any thread, if the loop has ended or ends before
   */
  void execute(Runnable work, Consumer<CaudalException> refused) {
    CaudalException failed;
    synchronized (inbox) {
      failed = failure;
      if (failed == null) {
        inbox.add(new Task(work, refused));
      }
    }
    if (failed == null) {
      LockSupport.unpark(thread);
    } else {
      refused.accept(failed);
    }
  }

  /** As {@link #execute(Runnable, Consumer)}, for work that an ended loop has no use for. */
  void execute(Runnable work) {
    execute(work, ended -> {});
  }

  /** Live settings; loop's thread. */
  void configure(EngineSettings settings, KvSettings kv) {
    engine.configure(settings);
    engine.setEviction(kv.evictionPolicy());
    linger.configure(settings);
  }

  StepEngine engine() {
    return engine;
  }

  /** Generations handed over and not ended. */
  AtomicInteger unfinished() {
    return unfinished;
  }

  /** Steps so far. */
  long steps() {
    return steps;
  }

  /** Token positions of KV in use, after the last step. */
  int usedTokens() {
    return usedTokens;
  }

  /** What ended the loop; null while it works. */
  @Nullable CaudalException failure() {
    return failure;
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    long stepped = 0;
    try {
      while (!closed) {
        for (Task task = inbox.poll(); task != null; task = inbox.poll()) {
          task.work().run();
        }
        long wait = linger.waitNanos(engine.unfinished(), EngineClock.SYSTEM.nanos());
        if (wait > 0) {
          pause(wait);
        } else if (engine.step()) {
          usedTokens = engine.usedTokens();
          steps = ++stepped;
        } else if (inbox.isEmpty() && !closed) {
          usedTokens = engine.usedTokens();
          engine.rest();
          LockSupport.park(this);
        }
      }
      end(new CaudalException(ErrorCode.ENGINE_FAILED, "the engine was closed"));
    } catch (Throwable t) {
      LOG.error("step loop {} failed", thread.getName(), t);
      StepFailures.count(engine.suspects());
      end(new CaudalException(ErrorCode.ENGINE_FAILED, "step loop failed: " + t.getMessage(), t));
    } finally {
      onExit.run();
    }
  }

  /** Returns after {@code nanos}, or as soon as there is something in the inbox. */
  private void pause(long nanos) {
    if (inbox.isEmpty() && !closed) {
      LockSupport.parkNanos(this, nanos);
    }
  }

  /** Tells everybody who still waits; their jobs restart and find a new engine. */
  private void end(CaudalException why) {
    List<Consumer<CaudalException>> waiting = new ArrayList<>();
    synchronized (inbox) {
      failure = why;
      for (Task task = inbox.poll(); task != null; task = inbox.poll()) {
        waiting.add(task.refused());
      }
    }
    for (GenerationListener listener : engine.listeners()) {
      waiting.add(listener::onEngineFailure);
    }
    for (Consumer<CaudalException> one : waiting) {
      try {
        one.accept(why);
      } catch (RuntimeException e) {
        LOG.error("could not say that a step loop has ended", e);
      }
    }
  }
}
