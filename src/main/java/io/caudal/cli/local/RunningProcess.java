package io.caudal.cli.local;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * A process that an earlier command started. A process id may be given to another process later:
 * one that started at another time is not ours.
 *
 * @param name that of its logs
 * @param startedMillis epoch milliseconds, as the operating system tells; 0 where it doesn't
 */
record RunningProcess(String name, long pid, long startedMillis) {
  private static final Duration POLL = Duration.ofMillis(50);

  static RunningProcess of(ChildProcess child) {
    long started = ProcessHandle.of(child.pid()).map(RunningProcess::started).orElse(0L);
    return new RunningProcess(child.name(), child.pid(), started);
  }

  private static long started(ProcessHandle handle) {
    return handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  private Optional<ProcessHandle> handle() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(handle -> started(handle) == startedMillis);
  }

  boolean isAlive() {
    return handle().isPresent();
  }

  /** SIGTERM. */
  void terminate() {
    handle().ifPresent(ProcessHandle::destroy);
  }

  /** Waits for the end; SIGKILL if it takes longer than {@code grace}. */
  void end(Duration grace) {
    if (!awaitEnd(grace)) {
      handle().ifPresent(ProcessHandle::destroyForcibly);
      awaitEnd(Duration.ofSeconds(10));
    }
  }

  /**
   * Waits until {@code ready}.
   *
   * @return false if {@code limit} passed before
   * @throws CaudalException {@code CLUSTER_FAILED} with the log's end if the process ends before
   */
  boolean await(RunFolder folder, String what, Duration limit, BooleanSupplier ready) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!ready.getAsBoolean()) {
      if (awaitEnd(POLL)) {
        throw new CaudalException(
            ErrorCode.CLUSTER_FAILED, name + " ended before " + what + logTail(folder));
      }
      if (System.nanoTime() > deadline) {
        return false;
      }
    }
    return true;
  }

  String logTail(RunFolder folder) {
    return LogTail.of(
        List.<Path>of(
            folder.resolve("log/" + name + ".log"), folder.resolve("log/" + name + ".out")));
  }

  private boolean awaitEnd(Duration limit) {
    Optional<ProcessHandle> handle = handle();
    if (handle.isEmpty()) {
      return true;
    }
    try {
      handle.get().onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CaudalException(ErrorCode.CLUSTER_FAILED, "interrupted while waiting for " + name);
    }
  }
}
