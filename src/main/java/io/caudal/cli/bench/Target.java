package io.caudal.cli.bench;

import java.time.Duration;

/** What the load goes to. One thread uses it. */
interface Target extends AutoCloseable {

  /** Asks, greedily and for exactly {@code answerTokens}; returns at once. */
  void send(String requestId, String sessionId, String text, int answerTokens);

  /** Hands over what has come; waits up to {@code limit} if nothing has. */
  void poll(Duration limit, TargetListener listener);

  @Override
  void close();
}
