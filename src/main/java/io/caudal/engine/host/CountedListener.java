package io.caudal.engine.host;

import io.caudal.engine.GenerationListener;
import io.caudal.engine.GenerationOutcome;
import io.caudal.engine.TokenScores;
import io.caudal.error.CaudalException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Passes everything on, and keeps the books of what waits: its generation until it ends, and the KV
 * that was read for it until its first token, when that is on the device.
 */
final class CountedListener implements GenerationListener {
  private final GenerationListener listener;
  private final AtomicInteger unfinished;
  private final AtomicLong waitingBytes;
  private long bytes;

  /** Counts in; {@code bytes} of KV wait with the generation. */
  CountedListener(
      GenerationListener listener, AtomicInteger unfinished, AtomicLong waitingBytes, long bytes) {
    this.listener = listener;
    this.unfinished = unfinished;
    this.waitingBytes = waitingBytes;
    this.bytes = bytes;
    unfinished.incrementAndGet();
    waitingBytes.addAndGet(bytes);
  }

  @Override
  public void onToken(int id) {
    releaseBytes();
    listener.onToken(id);
  }

  @Override
  public void onScores(TokenScores scores) {
    listener.onScores(scores);
  }

  @Override
  public void onText(String text) {
    listener.onText(text);
  }

  @Override
  public void onFinish(GenerationOutcome outcome) {
    releaseBytes();
    unfinished.decrementAndGet();
    listener.onFinish(outcome);
  }

  @Override
  public void onEngineFailure(CaudalException failure) {
    releaseBytes();
    unfinished.decrementAndGet();
    listener.onEngineFailure(failure);
  }

  private void releaseBytes() {
    waitingBytes.addAndGet(-bytes);
    bytes = 0;
  }
}
