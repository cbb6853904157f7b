package io.caudal.engine.host;

import io.caudal.engine.Generation;
import io.caudal.engine.GenerationListener;
import io.caudal.engine.GenerationOutcome;
import io.caudal.error.CaudalException;
import io.caudal.kv.KvBlock;
import io.caudal.protocol.SamplingParams;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Computes tokens that sessions begin with ahead of those that need them: a generation that ends
 * with its first token, which nobody hears of.
 */
final class BeginningTask implements GenerationListener {
  private final CompletableFuture<Void> done = new CompletableFuture<>();

  /**
   * What the engine is asked: given the block behind the beginning, it keeps the beginning for
   * others.
   *
   * @param session that begins so
   * @param tokens of it
   */
  static Generation generation(
      String session, String tenant, int[] tokens, KvBlock behind, int blockTokens, int priority) {
    int end = behind.index() * blockTokens + behind.tokens();
    return new Generation(
        "",
        null,
        Arrays.copyOf(tokens, end),
        0,
        0,
        SamplingParams.GREEDY,
        0,
        List.of(),
        1,
        priority,
        tenant,
        Long.MAX_VALUE,
        session);
  }

  /** On the engine's thread; also where it could not be computed. */
  CompletableFuture<Void> done() {
    return done;
  }

  @Override
  public void onText(String text) {}

  @Override
  public void onFinish(GenerationOutcome outcome) {
    done.complete(null);
  }

  @Override
  public void onEngineFailure(CaudalException failure) {
    done.complete(null);
  }
}
