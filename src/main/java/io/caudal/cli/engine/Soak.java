package io.caudal.cli.engine;

import io.caudal.engine.GenerationListener;
import io.caudal.engine.GenerationOutcome;
import io.caudal.engine.host.Engine;
import io.caudal.engine.host.Submission;
import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import io.caudal.kv.KvBlock;
import io.caudal.protocol.CacheTier;
import io.caudal.protocol.Failure;
import io.caudal.protocol.SamplingParams;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Requests of all kinds for one engine, a bounded number at a time: turns of sessions that come
 * back at random, end or grow out of the context, requests without a session, several answers to a
 * prompt, JSON, cancellation and deadlines that pass. Every fiftieth is a probe: one prompt, always
 * the same, whose greedy answer must be the first one again. For one thread; listens on the
 * engine's.
 */
final class Soak {
  private static final int PROBE_EVERY = 50;
  private static final long LONGEST_WAIT_SECONDS = 120;
  private static final Failure CANCELLED =
      new Failure(ErrorCode.CANCELLED, "cancelled by the soak run");

  private final Engine engine;
  private final int concurrent;
  private final boolean sameAnswers;
  private final SoakRequests asked;
  private final Semaphore free;
  private final Deque<Session> idle = new ArrayDeque<>();
  private final Deque<Submission> toCancel = new ArrayDeque<>();
  private final AtomicReference<int @Nullable []> probeAnswer = new AtomicReference<>();
  private final AtomicReference<@Nullable String> wrong = new AtomicReference<>();
  private int requests;

  /**
   * @param sessions that come back
   * @param concurrent answers that are queued or running at a time, two at least
   * @param sameAnswers whether the dtype promises that: what a batch holds changes nothing
   */
  Soak(Engine engine, int sessions, int concurrent, long seed, boolean sameAnswers) {
    this.engine = engine;
    this.sameAnswers = sameAnswers;
    this.concurrent = concurrent;
    this.asked = new SoakRequests(engine.model().vocabularySize(), seed);
    this.free = new Semaphore(concurrent);
    for (int i = 0; i < sessions; i++) {
      idle.add(new Session("soak-" + i, i % 3 == 0));
    }
  }

  /**
   * Sends as many, and returns when all were answered.
   *
   * @throws CaudalException if the engine failed, or an answer is not as it has to be
   */
  void run(int more) {
    for (int i = 0; i < more; i++) {
      requests++;
      send();
      if (!toCancel.isEmpty() && asked.any(3) == 0) {
        toCancel.remove().cancel(CANCELLED);
      }
    }
    toCancel.forEach(submission -> submission.cancel(CANCELLED));
    toCancel.clear();
    admit(concurrent);
    free.release(concurrent);
    check();
  }

  /**
   * Ends all sessions and drops all KV.
   *
   * @return what the books of device and host memory hold then: nothing, if nothing leaks
   */
  String leftAfterAll() {
    for (Session session : idle) {
      done(engine.copies().forget(session.id));
    }
    done(engine.copies().clear(CacheTier.ALL));
    done(engine.copies().clear(CacheTier.ALL)); // the books are written after each
    return String.format(
        "%d of %d tokens on the device, %d resident sessions, %d bytes off the heap, %d unfinished",
        engine.usedTokens(),
        engine.totalTokens(),
        engine.residentSessions(),
        engine.hostBytes() + engine.waitingBytes(),
        engine.unfinished());
  }

  /** Whether {@link #leftAfterAll} left nothing. */
  boolean isEmpty() {
    return engine.usedTokens() == 0
        && engine.residentSessions() == 0
        && engine.hostBytes() + engine.waitingBytes() == 0
        && engine.unfinished() == 0;
  }

  private void send() {
    check();
    if (requests % PROBE_EVERY == 1) {
      submit(null, asked.probe(), SamplingParams.GREEDY, Long.MAX_VALUE, new Probe());
      return;
    }
    int kind = asked.any(100);
    if (kind < 60) {
      turn(kind < 6);
    } else if (kind < 75) {
      submit(null, asked.prompt(), asked.sampling(), Long.MAX_VALUE, new Hearing());
    } else if (kind < 80) {
      twoAnswers();
    } else if (kind < 90) {
      toCancel.add(submit(null, asked.prompt(), asked.sampling(), Long.MAX_VALUE, new Hearing()));
    } else if (kind < 95) {
      long deadline = System.currentTimeMillis() + asked.any(20);
      submit(null, asked.prompt(), asked.sampling(), deadline, new Hearing());
    } else {
      submit(null, asked.prompt(), SoakRequests.json(), Long.MAX_VALUE, new Hearing());
    }
  }

  private void turn(boolean begins) {
    Session session;
    synchronized (idle) {
      session = idle.poll();
    }
    if (session == null) { // all of them are being answered
      submit(null, asked.prompt(), asked.sampling(), Long.MAX_VALUE, new Hearing());
      return;
    }
    int longest = session.tokens.length + SoakRequests.MOST_TOKENS;
    if (begins || longest > engine.model().contextTokens()) {
      done(engine.copies().forget(session.id));
      session.tokens = new int[0];
      session.stored = 0;
    }
    int[] start =
        session.tokens.length == 0 && session.sharesBeginning ? asked.beginning() : session.tokens;
    int[] context = concat(start, asked.prompt());
    submit(session, context, asked.sampling(), Long.MAX_VALUE, new Hearing(session, context));
  }

  private void twoAnswers() {
    int[] context = asked.prompt();
    admit(2);
    engine.submitAll(
        List.of(
            asked.generation(null, 0, context, asked.sampling(), Long.MAX_VALUE),
            asked.generation(null, 0, context, asked.sampling(), Long.MAX_VALUE)),
        List.of(new Hearing(), new Hearing()));
  }

  private Submission submit(
      @Nullable Session session,
      int[] context,
      SamplingParams sampling,
      long deadline,
      GenerationListener listener) {
    admit(1);
    String id = session == null ? null : session.id;
    int stored = session == null ? 0 : session.stored;
    return engine.submit(
        asked.generation(id, stored, context, sampling, deadline), List.of(), listener);
  }

  private static int[] concat(int[] first, int[] second) {
    int[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /** Waits until so many more answers may be under way. */
  private void admit(int answers) {
    try {
      if (free.tryAcquire(answers, LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while requests are answered");
    }
    check();
    throw new CaudalException(
        ErrorCode.ENGINE_FAILED, "no answer ended for " + LONGEST_WAIT_SECONDS + " s");
  }

  private static void done(CompletableFuture<?> work) {
    work.orTimeout(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS).join();
  }

  private void check() {
    String message = wrong.get();
    if (message != null) {
      throw new CaudalException(ErrorCode.ENGINE_FAILED, message);
    }
  }

  /** A conversation: all its tokens, and how many of them have KV that was handed over. */
  private static final class Session {
    private final String id;
    private final boolean sharesBeginning;
    private int[] tokens = {};
    private int stored;

    Session(String id, boolean sharesBeginning) {
      this.id = id;
      this.sharesBeginning = sharesBeginning;
    }
  }

  /** Waits for one answer, and lets the next request in. */
  private class Hearing implements GenerationListener {
    private final @Nullable Session session;
    private final int[] context;

    Hearing() {
      this(null, new int[0]);
    }

    Hearing(@Nullable Session session, int[] context) {
      this.session = session;
      this.context = context;
    }

    @Override
    public void onText(String text) {}

    @Override
    public void onFinish(GenerationOutcome outcome) {
      Failure failure = outcome.failure();
      if (failure != null
          && failure.code() != ErrorCode.CANCELLED
          && failure.code() != ErrorCode.DEADLINE_EXCEEDED) {
        wrong.compareAndSet(null, failure.code() + ": " + failure.message());
      }
      if (session != null) {
        session.tokens = concat(context, outcome.output());
        for (KvBlock block : outcome.newBlocks()) {
          session.stored = block.index() * engine.blockTokens() + block.tokens();
        }
        synchronized (idle) {
          idle.add(session);
        }
      }
      free.release();
    }

    @Override
    public void onEngineFailure(CaudalException failure) {
      wrong.compareAndSet(null, failure.getMessage());
      free.release();
    }
  }

  /** Compares an answer with the first one. */
  private final class Probe extends Hearing {
    @Override
    public void onFinish(GenerationOutcome outcome) {
      int[] output = outcome.output();
      if (sameAnswers
          && !probeAnswer.compareAndSet(null, output)
          && !Arrays.equals(probeAnswer.get(), output)) {
        wrong.compareAndSet(
            null,
            "the same prompt was answered with tokens "
                + Arrays.toString(output)
                + " after "
                + Arrays.toString(probeAnswer.get()));
      }
      super.onFinish(outcome);
    }
  }
}
