package io.caudal.chaos;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What clients send besides sessions' turns, one record after the other beside a {@link Load}: a
 * request that is refused, one that nobody can read, one without session, one that comes twice, one
 * that is cancelled. Their ids begin with {@value #PREFIX}, which is how {@link OddChecker} knows
 * them. Sends without waiting for answers, on a thread of its own.
 */
final class OddRequests implements AutoCloseable {
  static final String PREFIX = "odd-";

  /** What the id goes on with, by what must become of it. */
  static final String REFUSED = PREFIX + "refused-";

  static final String UNREADABLE = PREFIX + "unreadable-";
  static final String LONE = PREFIX + "lone-";
  static final String AGAIN = PREFIX + "again-";
  static final String STOPPED = PREFIX + "stopped-";
  static final String STOP = PREFIX + "stop-";
  static final String END = PREFIX + "end-";

  private static final Duration EACH = Duration.ofMillis(400);

  private final Wire wire;
  private final List<Script.Said> firsts;
  private final Thread thread = new Thread(this::run, "chaos-odd");
  private final Deque<Runnable> next = new ArrayDeque<>();
  private final Map<String, Integer> awaited = new HashMap<>();
  private int round;
  private boolean stopping;
  private @Nullable Throwable failure;
  private volatile boolean closed;

  OddRequests(TopicReader reader, List<Script> scripts) {
    wire = new Wire(reader);
    firsts = scripts.stream().map(script -> script.turns().get(0)).toList();
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    long due = System.nanoTime();
    try {
      while (!closed) {
        if (System.nanoTime() >= due) {
          due += EACH.toNanos();
          step();
        }
        wire.poll(this::take);
      }
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  /** Sends without the lock: a broker that is away may keep it for minutes. */
  private void step() {
    Runnable step;
    synchronized (this) {
      if (next.isEmpty() && !stopping) {
        plan(round++);
      }
      step = next.poll();
    }
    if (step != null) {
      step.run();
    }
  }

  /** One of each kind; what they are about takes turns too. */
  private void plan(int n) {
    Script.Said said = firsts.get(n % firsts.size());
    String again = AGAIN + n;
    String stopped = STOPPED + n;
    next.add(() -> send(null, REFUSED + n, Wire.generate(said).put("max_tokens", -1)));
    next.add(() -> wire.send("odd", "{\"request_id\":\"" + UNREADABLE + n + "\", prompt"));
    next.add(() -> send(null, LONE + n, Wire.generate(said)));
    next.add(() -> send(again, again, Wire.generate(said)));
    next.add(() -> send(stopped, stopped, Wire.generate(Script.LONG)));
    next.add(
        () -> send(stopped, STOP + n, Wire.object("cancel").put("target_request_id", stopped)));
    next.add(() -> send(again, again, Wire.generate(said)));
    next.add(() -> send(again, END + again, Wire.object("end_session")));
    next.add(() -> send(stopped, END + stopped, Wire.object("end_session")));
  }

  private void send(@Nullable String session, String id, ObjectNode body) {
    synchronized (this) {
      awaited.merge(id, 1, Integer::sum);
    }
    wire.send(session, body.put("request_id", id).toString());
  }

  private synchronized void take(SeenResult result) {
    awaited.computeIfPresent(result.id(), (id, left) -> left == 1 ? null : left - 1);
    notifyAll();
  }

  private synchronized void fail(Throwable cause) {
    failure = cause;
    notifyAll();
  }

  /** Ends the round, and waits until all has been answered; says what has not been in time. */
  synchronized List<String> finish(Duration limit) {
    stopping = true;
    long end = System.nanoTime() + limit.toNanos();
    while (!next.isEmpty() || !awaited.isEmpty()) {
      if (failure != null) {
        throw new AssertionError("the odd requests can't go on", failure);
      }
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return List.copyOf(awaited.keySet());
      }
      try {
        wait(Math.min(left, EACH.toMillis()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }
    return List.of();
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!thread.isAlive()) {
      wire.close();
    }
  }
}
