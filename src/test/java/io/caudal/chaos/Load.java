package io.caudal.chaos;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sessions that play scripts, so many at a time, on a thread of its own. Each ends with {@code
 * end_session}. It waits as long as it takes: for a broker that is away, for results that are late.
 */
final class Load implements AutoCloseable {
  private final Wire wire;
  private final int atATime;
  private final String prefix;
  private final Iterator<Script> scripts;
  private final Thread thread = new Thread(this::run, "chaos-load");
  private final Map<String, Session> sessions = new HashMap<>();
  private int begun;
  private int sent;
  private int answered;
  private long lastAnswerNanos = System.nanoTime();
  private long longestGapNanos;
  private @Nullable Throwable failure;
  private boolean stopping;
  private volatile boolean closed;

  /** A session that has turns left or unanswered. */
  private final class Session {
    final String name;
    final Deque<ObjectNode> bodies = new ArrayDeque<>();
    final boolean patient;
    int turn;
    int unanswered;

    Session(String name, Script script) {
      this.name = name;
      this.patient = script.patient();
      script.turns().forEach(said -> bodies.add(Wire.generate(said)));
      bodies.add(Wire.object("end_session"));
    }

    void answered() {
      unanswered--;
      if (unanswered == 0) {
        sendNext();
      }
    }

    /** The next turn, or all of them. */
    void sendNext() {
      if (bodies.isEmpty()) {
        sessions.remove(name);
      }
      do {
        ObjectNode body = bodies.poll();
        if (body != null) {
          unanswered++;
          wire.send(name, name + "-" + turn++, body);
          sent++;
        }
      } while (!patient && !bodies.isEmpty());
    }
  }

  /**
   * @param scripts of the sessions to come, in this order; none begins after the last
   * @param prefix of the sessions' names
   */
  Load(TopicReader reader, int atATime, String prefix, Iterator<Script> scripts) {
    this.atATime = atATime;
    this.prefix = prefix;
    this.scripts = scripts;
    wire = new Wire(reader);
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      while (!closed) {
        begin();
        wire.poll(this::take);
      }
    } catch (RuntimeException | Error e) {
      fail(e);
    }
  }

  private synchronized void begin() {
    while (!stopping && sessions.size() < atATime && scripts.hasNext()) {
      Session session = new Session(prefix + begun++, scripts.next());
      sessions.put(session.name, session);
      session.sendNext();
    }
    notifyAll();
  }

  private synchronized void take(SeenResult result) {
    Session session = sessions.get(result.session());
    if (session != null) {
      long now = System.nanoTime();
      longestGapNanos = Math.max(longestGapNanos, now - lastAnswerNanos);
      lastAnswerNanos = now;
      answered++;
      session.answered();
      notifyAll();
    }
  }

  private synchronized void fail(Throwable cause) {
    failure = cause;
    notifyAll();
  }

  synchronized int sent() {
    return sent;
  }

  synchronized int answered() {
    return answered;
  }

  /** The longest time between two results since the last call. */
  synchronized Duration longestGap() {
    long gap = Math.max(longestGapNanos, System.nanoTime() - lastAnswerNanos);
    longestGapNanos = 0;
    return Duration.ofNanos(gap);
  }

  /** Waits until so many were answered in all; whether that was within {@code limit}. */
  synchronized boolean awaitAnswered(int wanted, Duration limit) {
    return await(limit, () -> answered >= wanted);
  }

  /** Begins no more sessions and waits until all have ended; whether that was in time. */
  synchronized boolean finish(Duration limit) {
    stopping = true;
    return await(limit, sessions::isEmpty);
  }

  /** Waits until all scripts were played; whether that was in time. */
  synchronized boolean awaitEnd(Duration limit) {
    return await(limit, () -> !scripts.hasNext() && sessions.isEmpty());
  }

  private interface Condition {
    boolean holds();
  }

  private synchronized boolean await(Duration limit, Condition condition) {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.holds()) {
      if (failure != null) {
        throw new AssertionError("the load can't go on", failure);
      }
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }
    return true;
  }

  /** What still waits for an answer. */
  synchronized List<String> waiting() {
    return sessions.values().stream()
        .map(session -> session.name + " turn " + session.turn)
        .toList();
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
