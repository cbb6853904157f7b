package io.caudal.engine.host;

import io.caudal.config.EngineSettings;
import io.caudal.config.KvSettings;
import io.caudal.engine.EngineClock;
import io.caudal.engine.GenerationListener;
import io.caudal.engine.StepEngine;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.time.Duration;
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

  /**
   * @param listener of a generation that the work submits; null for other work
   */
  private record Task(
      Runnable work, Consumer<CaudalException> refused, @Nullable GenerationListener listener) {}

  private final StepEngine engine;
  private final WatchedRunner runner;
  private final BatchLinger linger;
  private final List<Integer> cpus;
  private final Queue<Task> inbox = new ConcurrentLinkedQueue<>();
  private final AtomicInteger unfinished = new AtomicInteger();
  private final Consumer<CaudalException> outOfMemory;
  private final Thread thread;
  private volatile boolean closed;
  private volatile long steps;
  private volatile int usedTokens;
  private volatile boolean givenUp;
  private volatile @Nullable CaudalException failure;

  /**
   * @param runner that of the engine; closed on the loop's thread when it ends
   * @param cpus that the thread runs on; empty for any
   * @param outOfMemory told before anybody else if that ends the loop
   */
  StepLoop(
      StepEngine engine,
      WatchedRunner runner,
      EngineSettings settings,
      String name,
      List<Integer> cpus,
      Consumer<CaudalException> outOfMemory) {
    this.outOfMemory = outOfMemory;
    this.engine = engine;
    this.runner = runner;
    this.linger = new BatchLinger(settings);
    this.cpus = cpus;
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
   * @param refused told instead, on any thread, if the loop has ended or ends before the work is
   *     done
   */
  void execute(Runnable work, Consumer<CaudalException> refused) {
    add(new Task(work, refused, null));
  }

  /**
   * As {@link #execute(Runnable, Consumer)}, for work that submits a generation.
   *
   * @param listener the generation's; told of the loop's end once
   */
  void execute(Runnable work, GenerationListener listener) {
    add(new Task(work, listener::onEngineFailure, listener));
  }

  private void add(Task task) {
    CaudalException failed;
    synchronized (inbox) {
      failed = failure;
      if (failed == null) {
        inbox.add(task);
      }
    }
    if (failed == null) {
      LockSupport.unpark(thread);
    } else {
      task.refused().accept(failed);
    }
  }

  /** As {@link #execute(Runnable, Consumer)}, for work that an ended loop has no use for. */
  void execute(Runnable work) {
    execute(work, ended -> {});
  }

  /**
   * Live settings; loop's thread.
   *
   * @param room token positions of KV
   * @param sequence of these, what one sequence may need: a loop that rests has less room
   */
  void configure(EngineSettings settings, KvSettings kv, int room, int sequence) {
    engine.configure(settings);
    engine.setRoom(room, sequence);
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

  /** Token positions of KV in use, after the last step or task. */
  int usedTokens() {
    return usedTokens;
  }

  /** What ended the loop; null while it works. */
  @Nullable CaudalException failure() {
    return failure;
  }

  /**
   * Gives the loop up if its present step has taken longer than {@code limit}: everybody who waits
   * is told, as if the step had failed. Its thread ends if the model ever returns. Any thread.
   */
  void giveUpIfHanging(Duration limit) {
    if (!runner.isBusyFor(limit.toNanos(), EngineClock.SYSTEM.nanos())) {
      return;
    }
    synchronized (inbox) {
      if (givenUp) {
        return;
      }
      givenUp = true;
    }
    closed = true;
    LOG.error(
        "step loop {} hangs in the model for more than engine.step-timeout = {} ms; it is given up",
        thread.getName(),
        limit.toMillis());
    // Its thread is in the model and changes nothing of the engine's.
    StepFailures.count(engine.suspects());
    end(
        new CaudalException(
            ErrorCode.ENGINE_FAILED,
            "the model hangs: a step took longer than engine.step-timeout = "
                + limit.toMillis()
                + " ms"));
  }

  /** Whether the loop was given up and its thread is still in the model. */
  boolean hangs() {
    return givenUp && thread.isAlive();
  }

  /** Waits for the end of the present step, unless it hangs. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    if (hangs()) {
      return;
    }
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
      CpuAffinity.keepTo(cpus);
      while (!closed) {
        for (Task task = inbox.peek(); task != null; task = inbox.peek()) {
          task.work().run();
          inbox.poll(); // not before: who waits for work that throws or hangs is told
          usedTokens = engine.usedTokens();
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
      if (!givenUp) {
        StepFailures.count(engine.suspects());
      }
      if (t instanceof CaudalException known && known.code() == ErrorCode.OUT_OF_MEMORY) {
        outOfMemory.accept(known);
      }
      end(new CaudalException(ErrorCode.ENGINE_FAILED, "step loop failed: " + t.getMessage(), t));
    } finally {
      runner.close();
    }
  }

  /** Returns after {@code nanos}, or as soon as there is something in the inbox. */
  private void pause(long nanos) {
    if (inbox.isEmpty() && !closed) {
      LockSupport.parkNanos(this, nanos);
    }
  }

  /** Tells everybody who still waits, once; their jobs restart and find a new engine. */
  private void end(CaudalException why) {
    List<Task> undone = new ArrayList<>();
    synchronized (inbox) {
      if (failure != null) {
        return;
      }
      failure = why;
      for (Task task = inbox.poll(); task != null; task = inbox.poll()) {
        undone.add(task);
      }
    }
    List<Consumer<CaudalException>> waiting = new ArrayList<>();
    List<GenerationListener> listeners = engine.listeners();
    for (Task task : undone) {
      if (task.listener() == null || !listeners.contains(task.listener())) {
        waiting.add(task.refused());
      }
    }
    for (GenerationListener listener : listeners) {
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
