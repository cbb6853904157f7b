package io.caudal.engine.host;

import io.caudal.engine.StepEngine;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that owns one {@link StepEngine} and steps it while there is work. Others hand it tasks,
 * which run between two steps.
 */
final class StepLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StepLoop.class);

  private final StepEngine engine;
  private final Runnable onExit;
  private final Queue<Runnable> inbox = new ConcurrentLinkedQueue<>();
  private final Thread thread;
  private volatile boolean closed;
  private volatile @Nullable CaudalException failure;
  private volatile int load;

  /**
   * @param onExit runs on the loop's thread when it ends, to free what the engine holds
   */
  StepLoop(StepEngine engine, String name, Runnable onExit) {
    this.engine = engine;
    this.onExit = onExit;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Has the task run on the loop's thread. A loop that has failed drops it and throws the failure;
   * one that fails before the task's turn runs it all the same, so a task asks {@link #failure}.
   */
  void execute(Runnable task) {
    synchronized (inbox) {
      CaudalException failed = failure;
      if (failed != null) {
        throw failed;
      }
      inbox.add(task);
    }
    LockSupport.unpark(thread);
  }

  StepEngine engine() {
    return engine;
  }

  /** Sequences queued or running, as of the last step. */
  int load() {
    return load + inbox.size();
  }

  /** What broke the loop; null while it works. */
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
    try {
      while (!closed) {
        drainInbox();
        boolean worked = engine.step();
        load = engine.load();
        if (!worked && inbox.isEmpty()) {
          LockSupport.park(this);
        }
      }
    } catch (Throwable t) {
      fail(t);
    } finally {
      onExit.run();
    }
  }

  private void drainInbox() {
    for (Runnable task = inbox.poll(); task != null; task = inbox.poll()) {
      task.run();
    }
  }

  /** Tells everybody who still waits; the jobs restart and find a new engine. */
  private void fail(Throwable t) {
    LOG.error("step loop {} failed", thread.getName(), t);
    CaudalException failed =
        t instanceof CaudalException known
            ? known
            : new CaudalException(ErrorCode.ENGINE_FAILED, "step loop failed: " + t, t);
    synchronized (inbox) {
      failure = failed;
    }
    drainInbox();
    engine.listeners().forEach(listener -> listener.onEngineFailure(failed));
  }
}
