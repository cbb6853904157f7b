package io.caudal.cli.bench;

import io.caudal.engine.Generation;
import io.caudal.engine.GenerationListener;
import io.caudal.engine.GenerationOutcome;
import io.caudal.engine.host.Engine;
import io.caudal.error.CaudalException;
import io.caudal.kv.KvBlock;
import io.caudal.protocol.FinishReason;
import io.caudal.protocol.Message;
import io.caudal.protocol.Result;
import io.caudal.protocol.Role;
import io.caudal.protocol.Timings;
import io.caudal.protocol.TokenChunk;
import io.caudal.protocol.Usage;
import io.caudal.text.PromptBuilder;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The engine alone in this process: no Kafka, no Flink, no state. It keeps sessions' tokens in
 * memory and their KV on the device while there is room; what went from there is computed again. A
 * piece's time is when the engine gave it.
 */
final class EngineTarget implements Target {
  private static final double NANOS_PER_MILLI = 1e6;

  private final Engine engine;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final Map<String, Session> sessions = new HashMap<>();

  /** Takes over the engine: {@link #close} closes it. */
  EngineTarget(Engine engine) {
    this.engine = engine;
  }

  @Override
  public void send(String requestId, String sessionId, String text, int answerTokens) {
    Session session = sessions.computeIfAbsent(sessionId, id -> new Session());
    int[] prompt = prompt(text, session.tokens.length == 0);
    int[] context = Arrays.copyOf(session.tokens, session.tokens.length + prompt.length);
    System.arraycopy(prompt, 0, context, session.tokens.length, prompt.length);
    engine.submit(
        new Generation(
            requestId,
            sessionId,
            context,
            0,
            session.exportedTokens,
            KafkaTarget.SAMPLING,
            0,
            List.of(),
            answerTokens,
            0,
            "default",
            Long.MAX_VALUE),
        List.of(),
        new Hearing(requestId, sessionId, context));
  }

  private int[] prompt(String text, boolean first) {
    PromptBuilder prompts = engine.text().prompts();
    if (!prompts.takesMessages()) {
      return prompts.prompt(text, first);
    }
    List<Message> messages = List.of(new Message(Role.USER, text));
    long now = System.currentTimeMillis();
    return first ? prompts.first(messages, now) : prompts.next(messages, now);
  }

  @Override
  public void poll(Duration limit, TargetListener listener) {
    try {
      Event event = events.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
      for (; event != null; event = events.poll()) {
        event.tell(listener);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while answers come", e);
    }
  }

  @Override
  public void close() {
    engine.close();
  }

  /** Something the engine said, to be told on the thread that polls. */
  private interface Event {
    void tell(TargetListener listener);
  }

  private static final class Session {
    private int[] tokens = {};
    private int exportedTokens;
  }

  /** Listens on the engine's thread and only writes down. */
  private final class Hearing implements GenerationListener {
    private final String requestId;
    private final String sessionId;
    private final int[] context;
    private int pieces;

    Hearing(String requestId, String sessionId, int[] context) {
      this.requestId = requestId;
      this.sessionId = sessionId;
      this.context = context;
    }

    @Override
    public void onText(String text) {
      piece(text, false);
    }

    @Override
    public void onFinish(GenerationOutcome outcome) {
      events.add(listener -> remember(outcome));
      piece("", true);
      long nanos = System.nanoTime();
      Result result = result(outcome);
      events.add(listener -> listener.onResult(result, nanos));
    }

    @Override
    public void onEngineFailure(CaudalException failure) {
      events.add(
          listener -> {
            throw failure;
          });
    }

    private void piece(String text, boolean last) {
      long nanos = System.nanoTime();
      TokenChunk chunk = new TokenChunk(requestId, sessionId, 0, pieces++, text, last);
      events.add(listener -> listener.onPiece(chunk, nanos));
    }

    private void remember(GenerationOutcome outcome) {
      Session session = sessions.computeIfAbsent(sessionId, id -> new Session());
      if (outcome.failure() == null) {
        int[] output = outcome.output();
        session.tokens = Arrays.copyOf(context, context.length + output.length);
        System.arraycopy(output, 0, session.tokens, context.length, output.length);
        for (KvBlock block : outcome.newBlocks()) {
          session.exportedTokens = block.index() * engine.blockTokens() + block.tokens();
        }
      }
    }

    private Result result(GenerationOutcome outcome) {
      double queue = outcome.queueNanos() / NANOS_PER_MILLI;
      double prefill = outcome.prefillNanos() / NANOS_PER_MILLI;
      double decode = outcome.decodeNanos() / NANOS_PER_MILLI;
      return new Result(
          requestId,
          sessionId,
          0,
          0,
          outcome.text(),
          outcome.failure() == null ? outcome.reason() : FinishReason.ERROR,
          outcome.failure(),
          new Usage(context.length, outcome.cachedTokens(), outcome.output().length),
          new Timings(queue, 0, prefill, decode, queue + prefill, queue + prefill + decode),
          engine.model().name(),
          0,
          false);
    }
  }
}
