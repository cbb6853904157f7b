package io.caudal.cli.engine;

import io.caudal.engine.Generation;
import io.caudal.engine.GenerationListener;
import io.caudal.engine.GenerationOutcome;
import io.caudal.engine.TokenScores;
import io.caudal.engine.host.Engine;
import io.caudal.error.CaudalException;
import io.caudal.kv.KvBlock;
import io.caudal.protocol.SamplingParams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** An answer that the engine is working on. */
final class PendingAnswer implements GenerationListener {
  private final CompletableFuture<GenerationOutcome> outcome = new CompletableFuture<>();
  private long[] tokenNanos = new long[256];
  private int tokens;
  private int promptTokens;
  private final List<TokenScores> scores = new ArrayList<>();
  private long submittedNanos;

  /** Hands a prompt of token ids to the engine; {@code id} names it and seeds its sampling. */
  static PendingAnswer submit(
      Engine engine,
      int id,
      int[] promptIds,
      SamplingParams sampling,
      List<String> stop,
      int most) {
    Long seed = sampling.seed();
    return new PendingAnswer()
        .submit(
            engine,
            new Generation(
                Integer.toString(id),
                null,
                promptIds,
                0,
                0,
                sampling,
                seed == null ? id : seed,
                stop,
                most,
                0,
                "default",
                Long.MAX_VALUE),
            List.of());
  }

  /**
   * Hands a session's next turn to the engine, greedy.
   *
   * @param stored tokens that {@code blocks} hold KV of
   */
  static PendingAnswer submit(
      Engine engine, String session, int[] context, int stored, List<KvBlock> blocks, int most) {
    return new PendingAnswer()
        .submit(
            engine,
            new Generation(
                session,
                session,
                context,
                0,
                stored,
                SamplingParams.GREEDY,
                0,
                List.of(),
                most,
                0,
                "default",
                Long.MAX_VALUE),
            blocks);
  }

  private PendingAnswer submit(Engine engine, Generation generation, List<KvBlock> blocks) {
    submittedNanos = System.nanoTime();
    promptTokens = generation.promptTokens();
    engine.submit(generation, blocks, this);
    return this;
  }

  int promptTokens() {
    return promptTokens;
  }

  /** Waits for the answer's first {@code n} tokens, or for its end. */
  void awaitTokens(int n) {
    synchronized (this) {
      while (tokens < n && !outcome.isDone()) {
        try {
          wait();
        } catch (InterruptedException e) {
          throw new CancellationException("interrupted while an answer was generated");
        }
      }
    }
  }

  long submittedNanos() {
    return submittedNanos;
  }

  /**
   * Waits for the answer.
   *
   * @throws CaudalException if the engine failed, or the generation did
   */
  GenerationOutcome await() {
    try {
      GenerationOutcome done = outcome.join();
      if (done.failure() != null) {
        throw new CaudalException(done.failure().code(), done.failure().message());
      }
      return done;
    } catch (CompletionException e) {
      throw e.getCause() instanceof CaudalException known ? known : e;
    }
  }

  /** When each token came, in {@code System.nanoTime}; after {@link #await}. */
  long[] tokenNanos() {
    return Arrays.copyOf(tokenNanos, tokens);
  }

  /** The tokens' log probabilities, where asked for; after {@link #await}. */
  List<TokenScores> scores() {
    return scores;
  }

  @Override
  public void onScores(TokenScores next) {
    scores.add(next);
  }

  @Override
  public synchronized void onToken(int id) {
    if (tokens == tokenNanos.length) {
      tokenNanos = Arrays.copyOf(tokenNanos, tokens * 2);
    }
    tokenNanos[tokens++] = System.nanoTime();
    notifyAll();
  }

  @Override
  public void onText(String text) {}

  @Override
  public void onFinish(GenerationOutcome done) {
    outcome.complete(done);
    wake();
  }

  @Override
  public void onEngineFailure(CaudalException failure) {
    outcome.completeExceptionally(failure);
    wake();
  }

  private synchronized void wake() {
    notifyAll();
  }
}
