package io.caudal.engine.host;

import io.caudal.protocol.Failure;
import io.caudal.schedule.TokenLog;

/** A generation that was handed to an {@link Engine}. Safe for use by any thread. */
public final class Submission {
  private final StepLoop loop;
  private final String requestId;
  private final TokenLog tokens;
  private final int promptTokens;

  Submission(StepLoop loop, String requestId, TokenLog tokens, int promptTokens) {
    this.loop = loop;
    this.requestId = requestId;
    this.tokens = tokens;
    this.promptTokens = promptTokens;
  }

  /** Ids generated so far, by earlier attempts too. */
  public int[] generated() {
    return tokens.copy(promptTokens, tokens.size());
  }

  /** Asks the engine to end the generation before its next step; the listener hears of it. */
  public void cancel(Failure failure) {
    if (loop.failure() == null) {
      loop.execute(() -> loop.engine().cancel(requestId, failure));
    }
  }
}
