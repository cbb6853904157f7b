package io.caudal.cli.local;

import com.fasterxml.jackson.annotation.JsonAlias;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
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
 * @param started when, by a clock that nobody sets: ticks since the machine's start; where the
 *     operating system doesn't tell, epoch milliseconds, or 0
 */
record RunningProcess(String name, long pid, @JsonAlias("started_millis") long started) {
  private static final Duration POLL = Duration.ofMillis(50);

  /** Of {@code /proc/PID/stat}, behind the command's name in brackets (proc(5): field 22). */
  private static final int START_TIME = 19;

  static RunningProcess of(ChildProcess child) {
    return ProcessHandle.of(child.pid())
        .map(handle -> of(child.name(), handle))
        .orElse(new RunningProcess(child.name(), child.pid(), 0));
  }

  static RunningProcess of(String name, ProcessHandle handle) {
    return new RunningProcess(name, handle.pid(), started(handle));
  }

  private static long started(ProcessHandle handle) {
    return ticks(handle.pid()).orElseGet(() -> startedMillis(handle));
  }

  private static long startedMillis(ProcessHandle handle) {
    return handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  private static Optional<Long> ticks(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      String behind = stat.substring(stat.lastIndexOf(')') + 1).strip();
      return Optional.of(Long.valueOf(behind.split(" ", -1)[START_TIME]));
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // another operating system, or it has ended
    }
  }

  /** What an earlier version wrote down are milliseconds. */
  private Optional<ProcessHandle> handle() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(handle -> started(handle) == started || startedMillis(handle) == started);
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
